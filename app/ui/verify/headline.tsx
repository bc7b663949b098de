import type { Report } from '#receipt/report.ts'
import { VerdictIcon } from './verdict-icon.tsx'
import { VisibleText } from '../text/visible-text.tsx'
import type { PageWords } from '../words/en.ts'

interface HeadlineProps {
  words: PageWords
  report: Report
  sentence: { title: string; says: string }
  script: string | null
}

/** The stub of the counterfoil: the verdict by word, sign and colour, and one sentence. */
export function Headline({ words, report, sentence, script }: HeadlineProps) {
  const { verdict, mode } = report
  const own = words.verify
  return (
    <section
      className="stub"
      data-verdict={verdict}
      data-mode={mode ?? undefined}
      aria-labelledby="verdict"
    >
      {mode === 'test' ? (
        <p className="test-note">
          <strong>{own.testReceipt}</strong> <span>{own.testNote}</span>
        </p>
      ) : null}
      <VerdictIcon verdict={verdict} />
      <h1 id="verdict">
        <VisibleText text={sentence.title} />
      </h1>
      <p className="says" id="says">
        <VisibleText text={sentence.says} />
      </p>
      {verdict === 'cannot-check' ? (
        <p>
          <a className="button" href="">
            {own.retry}
          </a>
        </p>
      ) : null}
      {verdict === 'not-found' ? (
        <p>
          <a className="button" href="/">
            {own.anotherLink}
          </a>
        </p>
      ) : null}
      {script === null ? null : (
        <p
          id="second-opinion"
          className="second-opinion"
          role="status"
          hidden
          data-receipt-id={report.receiptId}
          data-verdict={verdict}
          data-locale={words.dateLocale}
          data-moment={words.moment('{date}', '{clock}')}
          data-names={JSON.stringify(own.verdicts)}
          data-title={words.pageTitle(own.title('{verdict}'))}
          data-words={JSON.stringify(words.inBrowser)}
        />
      )}
    </section>
  )
}
