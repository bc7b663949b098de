import type { Problem } from '../errors.ts'
import { startQuietTimer, type Timer } from '../timer.ts'
import type { OutboxContext } from './context.ts'
import { BACKOFF_MAX_MS, RETRY_AFTER_MS_MAX } from './pause.ts'

/** The outbox looks at the clock this often, because timers stand still while a machine sleeps. */
const LOOK_MS_MAX = 600_000

/** A full cap. While it lasts, only receipts with a reservation are sent. */
export interface Parking {
  isParked(): boolean
  /** Begins parking: the portal refused `count` receipts of one batch for the full cap. */
  park(problem: Problem, count: number): void
  /** Ends parking: the cap may have room again, and the next batch finds out. */
  unpark(): void
  /** Ends parking if its time is over; otherwise calls `resume` when its time is over. */
  look(): void
  stop(): void
}

/** `resume` is called when the cap's time may be over. */
export function createParking(ctx: OutboxContext, resume: () => void): Parking {
  /** 0 means that the cap has room, as far as the outbox knows. */
  let until = 0
  let since = 0
  let timer: Timer | undefined

  function stop(): void {
    clearTimeout(timer)
    timer = undefined
  }
  function unpark(): void {
    until = 0
    ctx.list.uncap()
    stop()
  }
  // A clock that was set back could make `until` a year away, so parking ends then.
  const isParked = (): boolean => since <= ctx.now() && ctx.now() < until

  return {
    isParked,
    park(problem, count) {
      const resetsAt = Date.parse(problem.resetsAt ?? '')
      since = ctx.now()
      // A portal whose clock is behind ours names a past time, so parking lasts at least a minute.
      until = Number.isNaN(resetsAt)
        ? since + RETRY_AFTER_MS_MAX
        : Math.max(resetsAt, since + BACKOFF_MAX_MS)
      ctx.emit('parked', { until, count, problem })
    },
    unpark,
    look() {
      if (until !== 0 && !isParked()) unpark()
      if (isParked())
        timer ??= startQuietTimer(Math.min(until - ctx.now(), LOOK_MS_MAX), () => {
          timer = undefined
          resume()
        })
    },
    stop,
  }
}
