import type { CounterfoilError, Problem } from '../errors.ts'
import type { BatchItem } from '../portal/portal.ts'

/** A signed receipt on its way to the portal. */
export interface OutboxItem {
  receiptId: string
  /** Null: it has no job. */
  jobId: string | null
  /** As it is sent. */
  item: BatchItem
}

/**
 * Where receipts wait. What `add` has resolved for is still there after a crash, if it can be.
 * All of it is plain JSON, so a store of your own may keep it anywhere that only you can read.
 */
export interface OutboxStore {
  /**
   * What an earlier process left behind, in its order. Called before anything else, and again
   * later where it failed.
   */
  open(): Promise<OutboxItem[]>
  add(item: OutboxItem): Promise<void>
  /** Needs not be durable at once: the portal takes a repeat for what it is. */
  remove(receiptIds: string[]): Promise<void>
  /** Called before `remove`, for receipts that were refused for good: the last time they are seen. */
  setAside?(refused: { item: OutboxItem; problem: Problem }[]): Promise<void>
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
  /** Not known to have arrived before `close()`; in an outbox on disk it waits for the next process. */
  | { state: 'unsent'; receiptId: string }

/** What `counterfoil.on` can hear. A listener that throws, or rejects, disturbs nobody. */
export interface OutboxEvents {
  stored: (delivery: Delivery & { state: 'stored' }) => void
  conflict: (delivery: Delivery & { state: 'conflict' }) => void
  refused: (delivery: Delivery & { state: 'refused' }) => void
  /**
   * The cap was full for `count` receipts of one batch. What has no reservation waits until it
   * resets, at `until`, in milliseconds since 1970.
   */
  parked: (info: { until: number; count: number; problem: Problem }) => void
  /** It will be tried again. `attempt` counts failures in a row, from 1. */
  retry: (info: { attempt: number; afterMs: number; why: string }) => void
  error: (error: CounterfoilError) => void
}

/** How many still wait, and how many of those for a cap. */
export interface FlushResult {
  waiting: number
  parked: number
}
