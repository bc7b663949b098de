import type { Run } from '../../connection.ts'

/**
 * Copies every counter that moved to its day. The counter of the month before goes to that month's
 * last day, or the receipts of its last seconds would belong to no day. A copied counter never
 * falls, so two processes may write in any order.
 */
export const upsertUsageDays = (run: Run): Promise<unknown> =>
  run(
    `insert into usage_days as d (api_key, day, used)
      select c.api_key, p.day, c.used from (values
          (cap_period(now()), to_char(now() at time zone 'UTC', 'YYYY-MM-DD')),
          (cap_period(date_trunc('month', now() at time zone 'UTC') at time zone 'UTC' - interval '1 day'),
            to_char(date_trunc('month', now() at time zone 'UTC') - interval '1 day', 'YYYY-MM-DD'))
        ) p(period, day)
        join cap_usage c on c.period = p.period
        where c.used > coalesce((select l.used from usage_days l where l.api_key = c.api_key
          and l.day between p.period and p.day order by l.day desc limit 1), 0)
        order by c.api_key, p.day
      on conflict (api_key, day) do update set used = excluded.used where excluded.used > d.used`,
    [],
  )

export interface UsageDayRow {
  day: string
  /** The month's counter, as last seen that day. */
  used: number
}

/** In order of day, starting with `from`. */
export const selectUsageDays = (run: Run, apiKey: string, from: string): Promise<UsageDayRow[]> =>
  run(
    `select day, used::float8 as used from usage_days
      where api_key = $1::text and day >= $2::text order by day`,
    [apiKey, from],
  )
