import { DAY_MS } from '#app/values/duration.ts'

export interface Days {
  /** The first day's beginning, in milliseconds. */
  from: number | null
  /** The last day's end. */
  to: number | null
  /** The fields whose text is not a day. */
  wrong: ('from' | 'to')[]
}

/** Reads two days from an address, `YYYY-MM-DD` in UTC, both of them included. */
export function readDays(query: URLSearchParams): Days {
  const from = readDay(query.get('from'))
  const to = readDay(query.get('to'))
  return {
    from: from ?? null,
    to: to == null ? null : to + DAY_MS,
    wrong: [
      ...(from === undefined ? (['from'] as const) : []),
      ...(to === undefined ? (['to'] as const) : []),
    ],
  }
}

/** Null for an empty field, undefined for an impossible day. */
function readDay(text: string | null): number | null | undefined {
  if (text === null || text.trim() === '') return null
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text.trim()) ? Date.parse(`${text.trim()}T00:00:00Z`) : NaN
  const isSame = !Number.isNaN(at) && new Date(at).toISOString().startsWith(text.trim())
  return isSame ? at : undefined
}

/** The address of the same search at another place in its list. */
export function atPlace(query: URLSearchParams, after: string | null): string {
  const moved = new URLSearchParams(
    [...query].filter(([name, value]) => name !== 'after' && value !== ''),
  )
  if (after !== null) moved.set('after', after)
  return `?${moved.toString()}`
}
