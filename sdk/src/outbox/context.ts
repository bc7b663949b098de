import type { Portal } from '../portal/portal.ts'
import type { OutboxStore } from './delivery.ts'
import type { Events } from './events.ts'
import type { WaitingList } from './waiting-list.ts'

/** What `createOutbox` is given, and what all machines of one outbox share. */
export interface OutboxOptions {
  store: OutboxStore
  portal: Portal
  /** An outbox with more waiting bytes than this takes no further receipt. */
  waitingBytesMax: number
  /** Milliseconds since 1970. Must not throw. */
  now: () => number
  /** From 0 to 1, as `Math.random`. Must not throw. */
  random: () => number
}

export interface OutboxContext extends OutboxOptions {
  list: WaitingList
  emit: Events['emit']
  isClosed: () => boolean
  /** Aborts the request that is under way. */
  signal: AbortSignal
}
