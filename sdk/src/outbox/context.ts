import type { Portal } from '../portal/portal.ts'
import type { OutboxStore } from './delivery.ts'
import type { Events } from './events.ts'
import type { WaitingList } from './waiting-list.ts'

/** The options of `createOutbox`, which all parts of one outbox share. */
export interface OutboxOptions {
  store: OutboxStore
  portal: Portal
  /** With more waiting bytes, the outbox takes no further receipt. */
  waitingBytesMax: number
  /** Milliseconds since 1970. Must not throw. */
  now: () => number
  /** A number from 0 to 1, as `Math.random`. Must not throw. */
  random: () => number
}

/** The state that all parts of one outbox share. */
export interface OutboxContext extends OutboxOptions {
  list: WaitingList
  emit: Events['emit']
  isClosed: () => boolean
  /** Aborts the request that is under way. */
  signal: AbortSignal
}
