import type { Report } from '#receipt/report.ts'
import { VisibleText } from '../text/visible-text.tsx'
import type { PageWords } from '../words/en.ts'

interface RawReceiptProps {
  words: PageWords
  report: Report
  jws: string | null
}

/** The receipt's own bytes, and its files to download. */
export function RawReceipt({ words, report, jws }: RawReceiptProps) {
  const own = words.verify
  const { links, receipt } = report
  if (links === null) return null
  return (
    <section aria-labelledby="take">
      <h2 id="take">{own.takeTitle}</h2>
      <p className="actions no-print">
        <a
          className="button secondary"
          href={links.receipt}
          download={`${report.receiptId ?? 'receipt'}.jws`}
        >
          {own.receiptFile}
        </a>
        {receipt === null ? null : (
          <a className="button secondary" href={links.bundle} download>
            {own.bundleFile}
          </a>
        )}
        <button
          type="button"
          className="button secondary"
          id="copy-link"
          data-link={links.page}
          hidden
        >
          {own.copyLink}
        </button>
        <span id="copy-result" role="status" />
      </p>
      <p className="print-only">
        <VisibleText text={links.page} />
      </p>
      <details className="qr">
        <summary>{own.qrTitle}</summary>
        <img
          src={`${new URL(links.page).pathname}/qr.svg`}
          alt={own.qrAlt}
          width="185"
          height="185"
          loading="lazy"
        />
      </details>
      {receipt === null ? null : (
        <details className="no-print">
          <summary>{own.rawTitle}</summary>
          <h3>{own.rawHeader}</h3>
          <pre>{JSON.stringify(receipt.header, null, 2)}</pre>
          <h3>{own.rawClaims}</h3>
          <pre>
            <VisibleText text={JSON.stringify(receipt.claims, null, 2)} lines />
          </pre>
          {jws === null ? null : (
            <>
              <h3>{own.rawJws}</h3>
              <pre className="jws">{jws}</pre>
            </>
          )}
        </details>
      )}
    </section>
  )
}
