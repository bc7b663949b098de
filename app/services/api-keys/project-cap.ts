import type { UsageDay } from './usage-by-day.ts'
import { DAY_MS } from '#app/values/duration.ts'

/** Whether the API key will reach its cap at the rate of the last days. */
export type CapProjection =
  | { kind: 'no-cap' }
  | { kind: 'reached' }
  | { kind: 'not-this-month' }
  | { kind: 'around'; day: string }

const PROJECTION_DAYS = 7

/**
 * The rate is that of the last seven days, today counted up to now. A younger API key's rate is
 * that of its life so far, but of an hour at least: a first receipt is not a rate of one a second.
 */
export function projectCap(
  cap: number | null,
  used: number,
  /** In order, today last. */
  days: UsageDay[],
  time: { now: number; resetsAt: number; createdAt: number },
): CapProjection {
  if (cap === null) return { kind: 'no-cap' }
  if (used >= cap) return { kind: 'reached' }
  const recent = days.slice(-PROJECTION_DAYS)
  const sum = recent.reduce((total, day) => total + day.used, 0)
  if (sum === 0) return { kind: 'not-this-month' }
  const observed = (recent.length - 1) * DAY_MS + (time.now % DAY_MS)
  const lived = Math.max(time.now - time.createdAt, DAY_MS / 24)
  const reachedAt =
    time.now + ((cap - used) / sum) * Math.min(Math.max(observed, DAY_MS / 24), lived)
  if (reachedAt >= time.resetsAt) return { kind: 'not-this-month' }
  return { kind: 'around', day: new Date(reachedAt).toISOString().slice(0, 10) }
}
