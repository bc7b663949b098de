import { startQuietTimer, type Timer } from '../timer.ts'

const BACKOFF_FIRST_MS = 500
/** The longest pause between two attempts, unless the portal names a time. */
export const BACKOFF_MAX_MS = 60_000
/** The longest time of a portal's Retry-After that is followed; a longer one is a mistake. */
export const RETRY_AFTER_MS_MAX = 3_600_000

/** The pause after a failure. Each failure in a row doubles the next pause, up to a minute. */
export interface Pause {
  isOn(): boolean
  /** Begins a pause. `askedMs` is the portal's Retry-After, or null. */
  start(askedMs: number | null): { attempt: number; afterMs: number }
  /** Ends a pause early, without calling `resume`. */
  end(): void
  /** Makes the next pause short again, because sending has succeeded. */
  reset(): void
}

/** `resume` is called when a pause is over. */
export function createPause(random: () => number, resume: () => void): Pause {
  let failures = 0
  let timer: Timer | undefined

  function end(): void {
    clearTimeout(timer)
    timer = undefined
  }

  return {
    isOn: () => timer !== undefined,
    start(askedMs) {
      failures++
      const backoff = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** (failures - 1))
      // Chance spreads the retries, so that many processes don't come back in the same moment.
      const afterMs =
        askedMs === null
          ? backoff * (0.5 + random() / 2)
          : Math.min(Math.max(askedMs, BACKOFF_FIRST_MS), RETRY_AFTER_MS_MAX) * (1 + random() / 10)
      end()
      timer = startQuietTimer(afterMs, () => {
        timer = undefined
        resume()
      })
      return { attempt: failures, afterMs }
    },
    end,
    reset: () => (failures = 0),
  }
}
