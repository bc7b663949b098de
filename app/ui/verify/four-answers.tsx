import type { Report } from '#receipt/report.ts'
import { axisAnswers, tellAnswer } from './axis-answers.ts'
import { StatusIcon } from './verdict-icon.tsx'
import { VisibleText } from '../text/visible-text.tsx'
import type { PageWords } from '../words/en.ts'

/** The four questions of every reader, each answered in a sentence or two; the checks unfold. */
export function FourAnswers({ words, report }: { words: PageWords; report: Report }) {
  const own = words.verify
  const { checks, verdict } = report
  const answers = axisAnswers(checks).map((answer) =>
    // A good issuer or date beside a bad signature would make the receipt look trustworthy.
    verdict === 'invalid' && answer.status !== 'fail'
      ? { ...answer, status: 'not-checked' as const, uncompared: false, moot: own.moot }
      : { ...answer, moot: null },
  )
  return (
    <section aria-labelledby="answers">
      <h2 id="answers">{own.answersTitle}</h2>
      <ul className="answers">
        {answers.map(({ moot, ...answer }) => {
          const { axis, status } = answer
          const { begins, says } = tellAnswer(answer, own.answers[axis])
          return (
            <li
              key={axis}
              data-axis={axis}
              data-status={status}
              data-answers={axis === 'unchanged' ? JSON.stringify(own.answers[axis]) : undefined}
            >
              <StatusIcon status={status} />
              <h3>{own.questions[axis]}</h3>
              <p>
                <strong className="status-word">{begins}</strong>{' '}
                <VisibleText text={moot ?? says} />
              </p>
            </li>
          )
        })}
      </ul>
      <details className="every-check">
        <summary>{own.everyCheck}</summary>
        <table>
          <tbody>
            {checks.map((check) => (
              <tr key={check.check} data-status={check.status}>
                <th scope="row">{own.checks[check.check]}</th>
                <td>
                  <span className="status-word">{own.checkStatuses[check.status]}</span>
                </td>
                <td>
                  <VisibleText text={check.message} /> <code>{check.code}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </section>
  )
}
