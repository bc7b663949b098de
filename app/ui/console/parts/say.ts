import { textPieces } from '#app/ui/text/text-pieces.ts'

const number = new Intl.NumberFormat('en')
const dayOfMonth = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'long',
  timeZone: 'UTC',
})
const shortDay = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  timeZone: 'UTC',
})

export const sayNumber = (value: number): string => number.format(value)

/** "1 receipt", "312 receipts", "more than 100,000 receipts". */
export function sayReceipts({
  count,
  isMore = false,
}: {
  count: number
  isMore?: boolean
}): string {
  if (count === 0 && !isMore) return 'no receipts'
  const counted = `${number.format(count)} ${count === 1 ? 'receipt' : 'receipts'}`
  return isMore ? `more than ${counted}` : counted
}

/** "3 Nov 2026, 14:02 UTC"; to the second where one minute holds several things. */
export function sayTime(at: string, { toTheSecond = false } = {}): string {
  const date = new Date(at)
  const day = `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()] ?? ''} ${date.getUTCFullYear()}`
  const minutes = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`
  return `${day}, ${minutes}${toTheSecond ? `:${two(date.getUTCSeconds())}` : ''} UTC`
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
const two = (value: number): string => String(value).padStart(2, '0')

/** A time as the audit keeps it. */
export const isTime = (text: string): boolean =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/.test(text) && !Number.isNaN(Date.parse(text))

export const startSentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** "24 November" */
export const sayDay = (day: string): string => dayOfMonth.format(new Date(day))
/** "24 Nov" */
export const sayShortDay = (day: string): string => shortDay.format(new Date(day))

/** The text as VisibleText spells it, for places without markup, such as a list's options. */
export const spellOut = (text: string): string =>
  textPieces(text, false)
    .map((piece) => (piece.mark ? `[${piece.text}]` : piece.text))
    .join('')
