import { english } from './words-english.ts'
import type { Facts } from './judge.ts'
import type { CheckCode, Verdict } from './report.ts'
import type { Repair } from './repairs.ts'

export { english } from './words-english.ts'

/** Turns milliseconds since 1970 into words; passed in, because the core knows no calendar. */
export type FormatTime = (ms: number) => string

export interface VerdictWords {
  title: string
  says: string
}

/** One language. A code that has no sentence does not compile. */
export interface Words {
  checks: Record<CheckCode, (facts: Facts, time: FormatTime) => string>
  verdicts: Record<Verdict, (facts: Facts, time: FormatTime) => VerdictWords>
  repairs: Record<Repair, string>
}

export const checkSentence = (
  code: CheckCode,
  facts: Facts,
  formatTime: FormatTime,
  words: Words = english,
): string => words.checks[code](facts, formatTime)

export const verdictSentence = (
  verdict: Verdict,
  facts: Facts,
  formatTime: FormatTime,
  words: Words = english,
): VerdictWords => words.verdicts[verdict](facts, formatTime)
