import { parseReceiptId } from '../receipt/id.ts'
import type { Delivery } from './delivery.ts'
import type { Problem } from '../errors.ts'
import type { BatchResult } from '../portal/portal.ts'

/** What one result of a batch means for its receipt. */
export type Outcome =
  | { kind: 'done'; delivery: Delivery }
  /** The cap is full: it waits for the next month, or for a larger cap. */
  | { kind: 'capped'; problem: Problem }
  /** Nothing is said of the receipt itself: it stays where it is. */
  | { kind: 'held'; problem: Problem }

/** `portalUrl` without a slash at its end. */
export function readOutcome(receiptId: string, result: BatchResult, portalUrl: string): Outcome {
  const linkOf = (id: string): string => `${portalUrl}/r/${id}`
  if (!('problem' in result)) {
    return { kind: 'done', delivery: { state: 'stored', receiptId, verifyUrl: linkOf(receiptId) } }
  }
  const { problem, status } = result
  if (status === 402) return { kind: 'capped', problem }
  // An API key that was revoked while its batch was being taken in, or a portal in trouble.
  if (status === 401 || status === 429 || status >= 500) return { kind: 'held', problem }
  const other = problem.code === 'job_conflict' ? (problem.receiptId ?? '') : ''
  if (parseReceiptId(other) !== null) {
    const verifyUrl = linkOf(other)
    return { kind: 'done', delivery: { state: 'conflict', receiptId: other, verifyUrl, problem } }
  }
  return { kind: 'done', delivery: { state: 'refused', receiptId, problem } }
}
