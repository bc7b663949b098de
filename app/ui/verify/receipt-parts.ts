import type { Facts } from '#receipt/judge.ts'
import type { Report } from '#receipt/report.ts'
import type { PageWords } from '../words/en.ts'

/** The content as a page can show it: a text, or the size and type of other bytes. */
export type ShownContent =
  { kind: 'text'; text: string; isCut: boolean } | { kind: 'binary'; bytes: number; type: string }

/** The values from which every part of the verify page is drawn. */
export interface VerifyPageProps {
  words: PageWords
  report: Report
  facts: Facts
  jws: string | null
  content: ShownContent | null
  erasedAt: string | null
  /** The address of the script that checks again in the browser; null without a receipt. */
  script: string | null
}
