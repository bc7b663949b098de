import type { Db } from '../../client.server.ts'
import { withRetries } from '../../connection.ts'
import type { UsageRow } from './ingest.ts'
import { ms } from '../clock.ts'

interface Row {
  used: number
  reserved: number
  cap: number | null
  resets_at: number
}

const toUsage = (row: Row): UsageRow => ({
  used: row.used,
  reserved: row.reserved,
  cap: row.cap,
  resetsAt: new Date(row.resets_at),
})

/** Holds `count` places for at most `ttlSeconds`. `expiresAt` is null: the cap leaves no room. */
export async function insertReservation(
  db: Db,
  values: { id: string; apiKey: string; count: number; ttlSeconds: number },
): Promise<{ expiresAt: Date | null; usage: UsageRow }> {
  const [row] = await withRetries(() =>
    db.quick<Row & { held: boolean; expires_at: number | null }>(
      `select held, ${ms('expires_at')} as expires_at, used::float8,
        reserved::float8, cap::float8, ${ms('resets_at')} as resets_at
        from reserve_places($1::text, $2::text, $3::int, $4::int)`,
      [values.id, values.apiKey, values.count, values.ttlSeconds],
    ),
  )
  return {
    expiresAt: row!.expires_at === null ? null : new Date(row!.expires_at),
    usage: toUsage(row!),
  }
}

/** False: this API key has no such reservation. */
export async function deleteReservation(db: Db, id: string, apiKey: string): Promise<boolean> {
  const [row] = await withRetries(() =>
    db.quick<{ released: boolean }>('select release_places($1::text, $2::text) as released', [
      id,
      apiKey,
    ]),
  )
  return row!.released
}

/** The counter now, without expired reservations. */
export async function selectUsage(db: Db, apiKey: string): Promise<UsageRow & { period: string }> {
  const [row] = await withRetries(() =>
    db.quick<Row & { period: string }>(
      `select cap_period(now()) as period, coalesce(c.used, 0)::float8 as used, a.cap::float8,
        coalesce((select sum(r.places) from reservations r where r.api_key = a.id
          and r.period = cap_period(now()) and r.expires_at > now()), 0)::float8 as reserved,
        extract(epoch from cap_resets_at(now()))::float8 * 1000 as resets_at
        from api_keys a left join cap_usage c on c.api_key = a.id and c.period = cap_period(now())
        where a.id = $1::text`,
      [apiKey],
    ),
  )
  return { ...toUsage(row!), period: row!.period }
}
