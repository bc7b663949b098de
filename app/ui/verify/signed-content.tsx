import { formatTime } from '../text/format-time.ts'
import type { VerifyPageProps } from './receipt-parts.ts'
import { VisibleText } from '../text/visible-text.tsx'

/** The content, if its issuer made it public: always as text, never as markup. */
export function SignedContent({ words, report, content, erasedAt }: VerifyPageProps) {
  const own = words.verify
  const download = report.links?.content ?? null
  return (
    <section aria-labelledby="content-title">
      <h2 id="content-title">{own.contentTitle}</h2>
      {content?.kind === 'text' ? (
        <>
          <p className="quiet">{own.contentPublic}</p>
          <blockquote className="signed-text">
            <VisibleText text={content.text} lines />
          </blockquote>
          {content.isCut ? <p className="quiet">{own.contentCut}</p> : null}
        </>
      ) : null}
      {content?.kind === 'binary' ? (
        <p>
          <VisibleText text={own.contentBinary(content.bytes, content.type)} />
        </p>
      ) : null}
      {content !== null && download !== null ? (
        <p className="no-print">
          <a href={download} download>
            {own.contentDownload}
          </a>
        </p>
      ) : null}
      {content === null ? (
        <p className="quiet">
          {erasedAt === null ? own.contentPrivate : own.contentErased(formatTime(words, erasedAt))}
        </p>
      ) : null}
    </section>
  )
}
