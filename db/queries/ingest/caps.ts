import type { Db } from '../../client.server.ts'
import { withRetries } from '../../connection.ts'
import { ms } from '../clock.ts'
import { usageOf, type IngestRow, type UsageRow } from './ingest.ts'

/** The counter now, without expired reservations. */
export async function selectUsage(db: Db, apiKey: string): Promise<UsageRow & { period: string }> {
  const [row] = await withRetries(() =>
    db.quick<IngestRow & { period: string }>(
      `select cap_period(now()) as period, coalesce(c.used, 0)::float8 as used, a.cap::float8,
        coalesce((select sum(r.places) from reservations r where r.api_key = a.id
          and r.period = cap_period(now()) and r.expires_at > now()), 0)::float8 as reserved,
        ${ms('cap_resets_at(now())')} as resets_at
        from api_keys a left join cap_usage c on c.api_key = a.id and c.period = cap_period(now())
        where a.id = $1::text`,
      [apiKey],
    ),
  )
  return { ...usageOf(row!), period: row!.period }
}
