import type { Run } from '../../connection.ts'
import { textArray } from '../array.ts'

export interface RefusalCount {
  /** YYYY-MM-DD, UTC. */
  day: string
  /** Empty for an unrecognised key. */
  apiKey: string
  code: string
  count: number
}

/** The rows go in primary key order, so that two processes that write at once can't deadlock. */
export const addRefusals = (run: Run, counts: RefusalCount[]): Promise<unknown> =>
  run(
    `insert into refusals as r (day, api_key, code, count)
      select * from unnest($1::text[], $2::text[], $3::text[], $4::text[]::bigint[]) n(day, api_key, code, count)
        order by day, api_key, code
      on conflict (day, api_key, code) do update set count = r.count + excluded.count`,
    [
      textArray(counts.map((one) => one.day)),
      textArray(counts.map((one) => one.apiKey)),
      textArray(counts.map((one) => one.code)),
      textArray(counts.map((one) => String(one.count))),
    ],
  )

export interface RefusalsOfCode {
  code: string
  today: number
  week: number
}

const day = (ahead: number) =>
  `to_char(now() at time zone 'UTC' + interval '${ahead} day', 'YYYY-MM-DD')`

/** Refusals of today and of the seven days that end today, the most frequent code first. */
export const selectRefusalsByCode = (run: Run): Promise<RefusalsOfCode[]> =>
  run(
    `select code, week::float8, coalesce(today, 0)::float8 as today from (
        select code, sum(count) as week, sum(count) filter (where day = ${day(0)}) as today
          from refusals where day > ${day(-7)} group by code
      ) s order by week desc, code`,
    [],
  )
