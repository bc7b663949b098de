import type { CounterfoilError, Problem } from './errors.ts'
import type { BatchItem } from './portal.ts'

/** A signed receipt on its way to the portal. */
export interface OutboxItem {
  receiptId: string
  /** Null: it has no job. */
  jobId: string | null
  /** base64url, as it was signed. */
  contentDigest: string
  item: BatchItem
}

/** Where receipts wait. What `add` has resolved for is still there after a crash, if it can be. */
export interface OutboxStore {
  /** What an earlier process left behind, in its order. Called once, before anything else. */
  open(): Promise<OutboxItem[]>
  add(item: OutboxItem): Promise<void>
  /** Neither needs to be durable at once: the portal takes a repeat for what it is. */
  remove(receiptIds: string[]): Promise<void>
  close(): Promise<void>
}

/** What became of a receipt. */
export type Delivery =
  /** Stored durably by the portal, now or before. */
  | { state: 'stored'; receiptId: string; verifyUrl: string }
  /** Another receipt already has this job: its id is the one to hand out. */
  | { state: 'conflict'; receiptId: string; verifyUrl: string; problem: Problem }
  /** Never taken, for the reason that `problem` gives. */
  | { state: 'refused'; receiptId: string; problem: Problem }
  /** Not sent before `close()`; in an outbox on disk it waits for the next process. */
  | { state: 'unsent'; receiptId: string }

export interface OutboxEvents {
  stored: (delivery: Delivery & { state: 'stored' }) => void
  conflict: (delivery: Delivery & { state: 'conflict' }) => void
  refused: (delivery: Delivery & { state: 'refused' }) => void
  /** The cap is used up: what waits is sent when it resets. `until` in milliseconds since 1970. */
  parked: (info: { until: number; count: number; problem: Problem }) => void
  /** It will be tried again. */
  retry: (info: { attempt: number; afterMs: number; why: string }) => void
  error: (error: CounterfoilError) => void
}

/** How many still wait, and how many of those for a cap. */
export interface FlushResult {
  waiting: number
  parked: number
}
