import type { Report } from '#receipt/report.ts'
import type { PageWords } from '../words/en.ts'

/**
 * The box to paste or drop a text. The box is not a form and its fields have no names, so that no
 * browser can be made to send the text; the fields work only with the script.
 */
export function CompareBox({ words, report }: { words: PageWords; report: Report }) {
  const own = words.verify
  const keyed = report.receipt?.claims.content.alg === 'hmac-sha-256'
  return (
    <section className="no-print" aria-labelledby="compare-title">
      <h2 id="compare-title">{own.compareTitle}</h2>
      <noscript>
        <p>{own.compareNoScript}</p>
      </noscript>
      <div id="compare" className="dropzone" hidden>
        <p id="compare-lead">{own.compareLead}</p>
        {keyed ? <p id="compare-keyed">{own.compareKeyed}</p> : null}
        <label htmlFor="compare-text">{own.compareLabel}</label>
        <textarea
          id="compare-text"
          rows={6}
          dir="auto"
          spellCheck={false}
          autoComplete="off"
          aria-describedby="compare-lead"
        />
        <p className="actions">
          <button type="button" id="compare-go" className="button">
            {own.compareButton}
          </button>
          <label className="file-pick">
            <span>{own.compareFile}</span>
            <input type="file" id="compare-file" />
          </label>
        </p>
      </div>
      <div id="compare-result" role="status" />
    </section>
  )
}
