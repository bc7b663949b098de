import type { PageWords } from '../words/en.ts'

interface Formatters {
  date: Intl.DateTimeFormat
  clock: Intl.DateTimeFormat
}

const byLocale = new Map<string, Formatters>()

/** "3 November 2026, 14:02 UTC". Always UTC: two readers of one page must read one time. */
export function formatTime(
  words: Pick<PageWords, 'dateLocale' | 'moment'>,
  at: string | number,
): string {
  const time = new Date(at)
  if (Number.isNaN(time.getTime())) return String(at)
  const { date, clock } = formatters(words.dateLocale)
  return words.moment(date.format(time), clock.format(time))
}

/** Building a formatter costs a hundred times as much as using it, and this runs on every page. */
function formatters(locale: string): Formatters {
  const known = byLocale.get(locale)
  if (known) return known
  const made = {
    date: new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }),
    clock: new Intl.DateTimeFormat(locale, {
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
      timeZone: 'UTC',
    }),
  }
  byLocale.set(locale, made)
  return made
}
