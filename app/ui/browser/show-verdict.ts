import type { Judgement } from '#receipt/judge.ts'
import type { Verdict } from '#receipt/report.ts'
import { checkSentence, verdictSentence, type FormatTime } from '#receipt/words.ts'
import { axisAnswers, tellAnswer, type AnswerWords } from '../verify/axis-answers.ts'
import { fill } from '../words/fill.ts'
import { STATUS_SIGNS, VERDICT_SIGNS } from '../verify/verdict-signs.ts'
import { addVisible, byId, readData } from './page-parts.ts'

/**
 * Replaces the headline, its sign, its colour and the page's title together, because they must
 * always agree. `name` is what the page's title calls the verdict.
 */
export function showHeadline(verdict: Verdict, title: string, says: string, name: string): void {
  document.title = fill(opinion().dataset.title ?? '', { verdict: name })
  const stub = byId('verdict').closest<HTMLElement>('.stub')
  stub?.setAttribute('data-verdict', verdict)
  stub?.querySelector('.verdict-icon path')?.setAttribute('d', VERDICT_SIGNS[verdict])
  replaceText(byId('verdict'), title)
  replaceText(byId('says'), says)
}

/** Shows a judgement that a comparison changed: the headline, and the answer about the text. */
export function showJudgement(judgement: Judgement, formatTime: FormatTime): void {
  const { verdict, facts } = judgement
  const { title, says } = verdictSentence(verdict, facts, formatTime)
  const names = readData(opinion(), 'names') as Record<Verdict, string>
  showHeadline(verdict, title, says, names[verdict])
  const answer = document.querySelector<HTMLElement>('[data-axis="unchanged"]')
  const sentence = answer?.querySelector('p')
  if (!answer || !sentence) return
  const checks = judgement.checks.map((check) => ({
    ...check,
    message: checkSentence(check.code, facts, formatTime),
  }))
  const shown = axisAnswers(checks)[0]!
  const { status } = shown
  answer.dataset.status = status
  answer.querySelector('.status-icon path')?.setAttribute('d', STATUS_SIGNS[status])
  const word = document.createElement('strong')
  word.className = 'status-word'
  const told = tellAnswer(shown, readData(answer, 'answers') as AnswerWords)
  word.textContent = told.begins
  sentence.replaceChildren(word, ' ')
  addVisible(sentence, told.says)
}

/** The line of the second opinion carries the words that the scripts need. */
const opinion = () => byId('second-opinion')

function replaceText(element: HTMLElement, text: string): void {
  element.replaceChildren()
  addVisible(element, text)
}
