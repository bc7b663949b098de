import { VerdictIcon } from '../verify/verdict-icon.tsx'
import type { PageWords } from '../words/en.ts'

/** The body of a 404 whose address can't be any receipt's. */
export const DAMAGED_LINK = 'damaged link'

export interface Notice {
  verdict: 'not-found' | 'cannot-check'
  title: string
  says: string
  action: string
  href: string
}

/** What to say instead of a page: each kind of error has words and a way on. */
export function noticeFor(error: unknown, words: PageWords): Notice {
  const answer = error as { status?: unknown; data?: unknown } | null
  if (answer?.status !== 404) {
    // The portal says that about itself, and nothing about the receipt.
    const { title, says, retry } = words.trouble
    return { verdict: 'cannot-check', title, says, action: retry, href: '' }
  }
  const own = answer.data === DAMAGED_LINK ? words.damaged : words.nowhere
  return { verdict: 'not-found', title: own.title, says: own.says, action: own.home, href: '/' }
}

export function NoticePage({ notice }: { notice: Notice }) {
  return (
    <div className="sheet">
      <section className="stub" data-verdict={notice.verdict}>
        <VerdictIcon verdict={notice.verdict} />
        <h1>{notice.title}</h1>
        <p className="says">{notice.says}</p>
        <p>
          <a className="button" href={notice.href}>
            {notice.action}
          </a>
        </p>
      </section>
    </div>
  )
}
