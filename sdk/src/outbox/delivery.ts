import type { CounterfoilError, Problem } from '../errors.ts'
import type { BatchItem } from '../portal/portal.ts'

/** A signed receipt on its way to the portal. */
export interface OutboxItem {
  receiptId: string
  /** Null for a receipt without a job. */
  jobId: string | null
  /** The receipt as the portal's API takes it. */
  item: BatchItem
}

/**
 * The store of waiting receipts. In a durable store, a receipt survives a crash as soon as its
 * `add` has resolved. Items are plain JSON, so your own store may keep them anywhere; others must
 * not be able to read them.
 */
export interface OutboxStore {
  /**
   * Gives the items that an earlier process left, in their order. It is called before any other
   * method, and again after a failure.
   */
  open(): Promise<OutboxItem[]>
  /** Keeps an item. Resolves when the item is durable. */
  add(item: OutboxItem): Promise<void>
  /** Forgets items. It needs not be durable at once, because the portal recognises a repeat. */
  remove(receiptIds: string[]): Promise<void>
  /** Gets the finally refused items before `remove` forgets them, so that it can keep them. */
  setAside?(refused: { item: OutboxItem; problem: Problem }[]): Promise<void>
  close(): Promise<void>
}

/** The outcome of sending a receipt. */
export type Delivery =
  /** The portal has stored the receipt durably, now or before. */
  | { state: 'stored'; receiptId: string; verifyUrl: string }
  /** Another receipt has this job already: hand out its id and link. */
  | { state: 'conflict'; receiptId: string; verifyUrl: string; problem: Problem }
  /** The portal will never take the receipt; `problem` says why. */
  | { state: 'refused'; receiptId: string; problem: Problem }
  /**
   * `close()` came before the portal's answer. In an outbox on disk the receipt waits for the next
   * process.
   */
  | { state: 'unsent'; receiptId: string }

/** The events of `counterfoil.on`. A failing listener changes nothing for the others. */
export interface OutboxEvents {
  stored: (delivery: Delivery & { state: 'stored' }) => void
  conflict: (delivery: Delivery & { state: 'conflict' }) => void
  refused: (delivery: Delivery & { state: 'refused' }) => void
  /**
   * The cap was full for `count` receipts of one batch. Receipts without a reservation wait until
   * the cap resets, at `until`, in milliseconds since 1970.
   */
  parked: (info: { until: number; count: number; problem: Problem }) => void
  /**
   * Sending failed and is tried again after `afterMs`. `attempt` counts failures in a row from 1.
   */
  retry: (info: { attempt: number; afterMs: number; why: string }) => void
  /** Any other failure that no direct call throws. */
  error: (error: CounterfoilError) => void
}

/** The number of waiting receipts; `parked` of them wait for a cap. */
export interface FlushResult {
  waiting: number
  parked: number
}
