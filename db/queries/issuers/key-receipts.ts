import type { Run } from '../../connection.ts'
import { textArray } from '../array.ts'
import { ms } from '../clock.ts'

const LONG_AGO = '-infinity'
const FAR_AHEAD = 'infinity'

/**
 * The number of receipts of these signing keys received from `since` to before `until`: exact up to
 * `max`, and max + 1 beyond it. Postgres reads the index alone, so that the answer costs the same
 * at a hundred thousand receipts and at a hundred million.
 */
export async function countKeyReceipts(
  run: Run,
  kids: string[],
  { since, until, max }: { since: Date | null; until: Date | null; max: number },
): Promise<number> {
  const [row] = await run<{ n: number }>(
    `select count(*)::int as n from (
        select 1 from receipts r where r.kid = any($1::text[])
          and r.received_at >= $2::text::timestamptz and r.received_at < $3::text::timestamptz limit $4::int
      ) counted`,
    [textArray(kids), since?.toISOString() ?? LONG_AGO, until?.toISOString() ?? FAR_AHEAD, max + 1],
  )
  return row!.n
}

/** The times of a key's first and last receipts, in milliseconds; null without receipts. */
export interface KeyUseRow {
  kid: string
  firstReceivedAt: number | null
  lastReceivedAt: number | null
}

/** Two look-ups in the index for each key. */
export const selectKeyUses = (run: Run, issuer: string): Promise<KeyUseRow[]> =>
  run(
    `select k.kid, ${ms('f.received_at')} as "firstReceivedAt",
        ${ms('l.received_at')} as "lastReceivedAt"
      from signing_keys k
      left join lateral (select r.received_at from receipts r where r.kid = k.kid
        order by r.received_at limit 1) f on true
      left join lateral (select r.received_at from receipts r where r.kid = k.kid
        order by r.received_at desc limit 1) l on true
      where k.issuer = $1::text`,
    [issuer],
  )
