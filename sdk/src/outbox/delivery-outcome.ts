import { parseReceiptId } from '../receipt/id.ts'
import type { Delivery } from './delivery.ts'
import type { Problem } from '../errors.ts'
import type { BatchResult } from '../portal/portal.ts'

/** The meaning of one result of a batch for its receipt. */
export type Outcome =
  | { kind: 'done'; delivery: Delivery }
  /** The cap is full: the receipt waits for the next month, or for a larger cap. */
  | { kind: 'capped'; problem: Problem }
  /** The result does not concern the receipt itself, which goes on waiting. */
  | { kind: 'held'; problem: Problem }

/** Reads one result of a batch. `portalUrl` has no slash at its end. */
export function readOutcome(receiptId: string, result: BatchResult, portalUrl: string): Outcome {
  const linkOf = (id: string): string => `${portalUrl}/r/${id}`
  if (!('problem' in result)) {
    return { kind: 'done', delivery: { state: 'stored', receiptId, verifyUrl: linkOf(receiptId) } }
  }
  const { problem, status } = result
  if (status === 402) return { kind: 'capped', problem }
  // The API key was revoked while the portal took the batch in, or the portal has a failure.
  if (status === 401 || status === 429 || status >= 500) return { kind: 'held', problem }
  const other = problem.code === 'job_conflict' ? (problem.receiptId ?? '') : ''
  if (parseReceiptId(other) !== null) {
    const verifyUrl = linkOf(other)
    return { kind: 'done', delivery: { state: 'conflict', receiptId: other, verifyUrl, problem } }
  }
  return { kind: 'done', delivery: { state: 'refused', receiptId, problem } }
}
