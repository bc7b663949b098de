import { VerdictIcon } from '../verify/verdict-icon.tsx'
import type { PageWords } from '../words/en.ts'

/** A link that can't be any receipt's, a page that is not there, and a page that could not be shown. */
export type NoticeKind = 'damaged' | 'nowhere' | 'trouble'

export interface Notice {
  verdict: 'not-found' | 'cannot-check'
  title: string
  says: string
  action: string
  href: string
}

/** What stands in the place of a page: each kind has words and a way on. */
export function noticeOf(kind: NoticeKind, words: PageWords): Notice {
  if (kind === 'trouble') {
    // The portal says that about itself, and nothing about the receipt.
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
