import type { Facts } from '#receipt/judge.ts'
import type { Report } from '#receipt/report.ts'
import type { PageWords } from '../words/en.ts'

/** The content as a page can show it: a text, or the size of something that is no text. */
export type ShownContent =
  { kind: 'text'; text: string } | { kind: 'binary'; bytes: number; type: string }

/** What every part of the verify page is drawn from. */
export interface VerifyPageProps {
  words: PageWords
  report: Report
  facts: Facts
  jws: string | null
  content: ShownContent | null
  erasedAt: string | null
  /** Address of the script that checks again in the browser; null where there is nothing to check. */
  script: string | null
}
