import { DAY_MS } from '#app/values/duration.ts'

export interface UsageDay {
  /** YYYY-MM-DD, UTC. */
  day: string
  used: number
}

const toDay = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

export const daysBefore = (day: string, count: number): string =>
  toDay(Date.parse(day) - count * DAY_MS)

/**
 * The use on each of the `count` days that end with `today`. `counters` hold, in order of day, a
 * month's counter as last seen that day; a day's use is the difference to the day before it in the
 * same month. `usedThisMonth` is today's counter.
 */
export function usageByDay(
  counters: UsageDay[],
  { today, usedThisMonth, count }: { today: string; usedThisMonth: number; count: number },
): UsageDay[] {
  const own = new Map<string, number>()
  const seen = [...counters.filter(({ day }) => day < today), { day: today, used: usedThisMonth }]
  let before: UsageDay | null = null
  for (const counter of seen) {
    const isSameMonth = before?.day.slice(0, 7) === counter.day.slice(0, 7)
    own.set(counter.day, Math.max(0, counter.used - (isSameMonth ? before!.used : 0)))
    before = counter
  }
  return Array.from({ length: count }, (_, i) => {
    const day = daysBefore(today, count - 1 - i)
    return { day, used: own.get(day) ?? 0 }
  })
}
