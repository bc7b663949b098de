import { decodeUtf8 } from '#receipt/bytes.ts'
import type { Evidence } from '#receipt/evidence.ts'
import type { Judgement } from '#receipt/judge.ts'
import type { Verdict } from '#receipt/report.ts'
import { english } from '#receipt/words.ts'
import type { BrowserWords } from '../words/en-in-browser.ts'
import { fill } from '../words/fill.ts'
import { firstDifference, type Difference } from './first-difference.ts'
import { addVisible, make } from './page-parts.ts'

const GOOD: ReadonlySet<Verdict> = new Set(['valid', 'valid-key-retired', 'partial'])

/** The result of a comparison, as one small panel under the box. */
export function comparisonPanel(
  words: BrowserWords,
  { verdict, outcomes, facts }: Judgement,
  evidence: Evidence,
): HTMLElement {
  const panel = make('div', '', 'result')
  const { content } = outcomes
  // A match with a revoked receipt, or with one of an unknown signer, is not good news.
  const matches = GOOD.has(verdict) ? 'pass' : 'not-checked'
  if (content === 'content_exact') {
    panel.dataset.status = matches
    panel.append(make('strong', words.exact))
  } else if (content === 'content_repaired') {
    panel.dataset.status = matches
    const repair = facts.repair === null ? '' : english.repairs[facts.repair]
    panel.append(make('strong', fill(words.repaired, { repair })))
  } else if (content === 'content_differs') {
    panel.dataset.verdict = 'differs'
    panel.append(make('strong', words.differs))
    addDetails(panel, words, facts.lengthSigned, evidence)
  } else {
    panel.dataset.status = 'not-checked'
    panel.append(make('strong', words.notCheckable))
  }
  return panel
}

function addDetails(
  panel: HTMLElement,
  words: BrowserWords,
  signed: number | null,
  { given, storedContent }: Evidence,
): void {
  const bytes = given !== null && 'content' in given ? given.content : null
  if (bytes === null) return
  if (signed !== null) panel.append(make('p', fill(words.lengths, { signed, given: bytes.length })))
  const theirs = storedContent.state === 'stored' ? decodeUtf8(storedContent.bytes) : null
  const yours = decodeUtf8(bytes)
  const difference = theirs === null || yours === null ? null : firstDifference(theirs, yours)
  if (difference === null) panel.append(make('p', words.differsAdvice))
  else panel.append(make('p', words.firstDifference), wordDiff(words, difference))
}

function wordDiff(words: BrowserWords, difference: Difference): HTMLElement {
  const list = document.createElement('dl')
  for (const side of ['signed', 'given'] as const) {
    const isSigned = side === 'signed'
    const { before, differing, after, cutBefore, cutAfter, ends } = difference[side]
    const shown = make('dd', cutBefore ? `… ${before}` : before)
    if (differing !== '' || !ends) {
      const mark = document.createElement('mark')
      addVisible(mark, differing === '' ? `(${words.nothingThere})` : differing)
      shown.append(mark)
    }
    addVisible(shown, cutAfter ? `${after} …` : after)
    if (ends) shown.append(' ', make('em', isSigned ? words.signedEnds : words.yoursEnds))
    list.append(make('dt', isSigned ? words.inSigned : words.inYours), shown)
  }
  return list
}
