import { verdictSentence } from '#receipt/words.ts'
import { CheckYourself } from './check-yourself.tsx'
import { CompareBox } from './compare-box.tsx'
import { FactList } from './fact-list.tsx'
import { formatTime } from '../text/format-time.ts'
import { FourAnswers } from './four-answers.tsx'
import { Headline } from './headline.tsx'
import { Proofs } from './proofs.tsx'
import { RawReceipt } from './raw-receipt.tsx'
import type { VerifyPageProps } from './receipt-parts.ts'
import { SignedContent } from './signed-content.tsx'

/**
 * The verify page. It is a function of its props alone, without a hook or a context, because
 * entry.server.tsx draws it without the framework.
 */
export function VerifyPage(props: VerifyPageProps) {
  const { words, report, facts, script } = props
  const sentence = verdictSentence(report.verdict, facts, (at) => formatTime(words, at))
  const absent = report.verdict === 'not-found'
  const shown = report.receipt !== null
  return (
    <>
      <article className="sheet">
        <Headline words={words} report={report} sentence={sentence} script={script} />
        {absent ? null : <FourAnswers words={words} report={report} />}
        {absent ? null : <Proofs words={words} report={report} />}
        {shown ? <SignedContent {...props} /> : null}
        {shown && script !== null ? <CompareBox words={words} report={report} /> : null}
        {absent ? null : <FactList words={words} report={report} />}
        <RawReceipt words={words} report={report} jws={props.jws} />
        {shown ? <CheckYourself words={words} report={report} /> : null}
      </article>
      {script === null ? null : <script type="module" src={script} />}
    </>
  )
}
