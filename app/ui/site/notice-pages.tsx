import { VerdictIcon } from '../verify/verdict-icon.tsx'
import type { PageWords } from '../words/en.ts'

/** A link that no receipt can have, a page that doesn't exist, a page that could not be shown. */
export type NoticeKind = 'damaged' | 'nowhere' | 'trouble'

export interface Notice {
  verdict: 'not-found' | 'cannot-check'
  title: string
  says: string
  action: string
  href: string
}

/** The notice in the place of a page: each kind has words and a way on. */
export function noticeOf(kind: NoticeKind, words: PageWords): Notice {
  if (kind === 'trouble') {
    // This notice is about the portal, not about the receipt.
    const { title, says, retry } = words.trouble
    return { verdict: 'cannot-check', title, says, action: retry, href: '' }
  }
  const { title, says, home } = words[kind]
  return { verdict: 'not-found', title, says, action: home, href: '/' }
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
