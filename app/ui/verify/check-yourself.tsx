import type { Report } from '#receipt/report.ts'
import { opensslSteps } from './openssl-steps.ts'
import type { PageWords } from '../words/en.ts'

/** The same check without this portal's code, shown only where its key is published. */
export function CheckYourself({ words, report }: { words: PageWords; report: Report }) {
  const own = words.verify
  if (report.links === null || report.signingKey === null) return null
  const keyed = report.receipt?.claims.content.alg === 'hmac-sha-256'
  return (
    <section className="no-print" aria-labelledby="yourself">
      <h2 id="yourself">{own.selfTitle}</h2>
      <p className="quiet">{own.selfLead}</p>
      <details>
        <summary>{own.selfOpen}</summary>
        <ol className="steps">
          {opensslSteps(report.links, keyed).map(({ says, shell }) => (
            <li key={says}>
              <p>{own.selfSteps[says]}</p>
              <pre className="shell">{shell}</pre>
            </li>
          ))}
        </ol>
      </details>
    </section>
  )
}
