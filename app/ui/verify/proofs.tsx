import type { Report } from '#receipt/report.ts'
import { formatTime } from '../text/format-time.ts'
import { VisibleText } from '../text/visible-text.tsx'
import type { PageWords } from '../words/en.ts'

/** Says beside every verdict what it proves and, as plainly, what it doesn't. */
export function Proofs({ words, report }: { words: PageWords; report: Report }) {
  const own = words.verify
  return (
    <section className="proofs" aria-label={`${own.provesTitle} / ${own.provesNotTitle}`}>
      <div>
        <h2>{own.provesTitle}</h2>
        <ul className="does">
          {proven(words, report).map((line) => (
            <li key={line}>
              <VisibleText text={line} />
            </li>
          ))}
        </ul>
      </div>
      <div>
        <h2>{own.provesNotTitle}</h2>
        <ul className="does-not">
          {unproven(words, report).map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      </div>
    </section>
  )
}

function proven(words: PageWords, report: Report): string[] {
  const { proves } = words.verify
  const { verdict, issuer, receivedAt } = report
  if (verdict === 'unknown-issuer') return [proves.unknownKey]
  const signed = report.checks.some(
    (check) => check.check === 'signature' && check.status === 'pass',
  )
  if (!signed || issuer === null || verdict === 'invalid') return [proves.nothing]
  const lines = [proves.bytes, proves.signer(issuer.name)]
  if (receivedAt !== null) lines.push(proves.received(formatTime(words, receivedAt)))
  if (verdict === 'revoked') lines.push(proves.revoked)
  return lines
}

function unproven(words: PageWords, { verdict }: Report): string[] {
  const { provesNot } = words.verify
  if (verdict === 'invalid') return [provesNot.fake]
  if (verdict === 'cannot-check') return [provesNot.unchecked]
  const lines = [provesNot.truth, provesNot.model, provesNot.rest]
  return verdict === 'unknown-issuer' ? [provesNot.unknown, ...lines] : lines
}
