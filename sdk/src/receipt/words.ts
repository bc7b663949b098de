import { english } from './words-english.ts'
import type { Facts } from './judge.ts'
import type { CheckCode, Verdict } from './report.ts'
import type { Repair } from './repairs.ts'

export { english } from './words-english.ts'

/**
 * Turns milliseconds since 1970 into words. The caller passes it, because the core has no calendar.
 */
export type FormatTime = (ms: number) => string

/** A verdict as a page shows it: a title without full stop, and one or more sentences. */
export interface VerdictWords {
  title: string
  says: string
}

/** The sentences of one language. The compiler refuses a language that lacks a code. */
export interface Words {
  checks: Record<CheckCode, (facts: Facts, time: FormatTime) => string>
  verdicts: Record<Verdict, (facts: Facts, time: FormatTime) => VerdictWords>
  repairs: Record<Repair, string>
}

/** The sentence of a check, in English unless `words` is another language. */
export const checkSentence = (
  code: CheckCode,
  facts: Facts,
  formatTime: FormatTime,
  words: Words = english,
): string => words.checks[code](facts, formatTime)

/** The title and the sentences of a verdict, in English unless `words` is another language. */
export const verdictSentence = (
  verdict: Verdict,
  facts: Facts,
  formatTime: FormatTime,
  words: Words = english,
): VerdictWords => words.verdicts[verdict](facts, formatTime)
