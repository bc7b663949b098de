import type { Run } from '../../connection.ts'

/** An API key's use in one calendar month. */
export interface UsageOfMonthRow {
  apiKey: string
  name: string
  issuer: string
  mode: 'live' | 'test'
  /** The first day of the month, UTC. */
  period: string
  used: number
  reserved: number
  cap: number | null
}

/**
 * In order of month and API key, from the row that follows (`afterPeriod`, `afterKey`). A counter
 * holds the places of expired reservations until the next lock of the counter; this statement
 * leaves them out.
 */
export const selectUsageOfMonths = (
  run: Run,
  range: { from: string; to: string; afterPeriod: string; afterKey: string; limit: number },
): Promise<UsageOfMonthRow[]> =>
  run(
    `select c.api_key as "apiKey", a.name, a.issuer, a.mode, c.period, c.used::float8 as used,
      coalesce((select sum(r.places) from reservations r where r.api_key = c.api_key
        and r.period = c.period and r.period = cap_period(now()) and r.expires_at > now()
      ), 0)::float8 as reserved, a.cap::float8 as cap
      from cap_usage c join api_keys a on a.id = c.api_key
      where c.period between $1::text and $2::text
        and (c.period, c.api_key) > ($3::text, $4::text)
      order by c.period, c.api_key limit $5::int`,
    [range.from, range.to, range.afterPeriod, range.afterKey, range.limit],
  )
