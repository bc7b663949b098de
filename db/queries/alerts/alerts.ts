import { and, desc, eq, lt, or } from 'drizzle-orm'
import type { Db } from '../../client.server.ts'
import type { Orm, Run } from '../../connection.ts'
import { alerts } from '../../console-schema.ts'

export type AlertRow = typeof alerts.$inferSelect

/** The ids of the new alerts: an occasion is told once, even if several processes see it. */
export async function insertAlerts(tx: Orm, rows: AlertRow[]): Promise<string[]> {
  const inserted = await tx
    .insert(alerts)
    .values(rows)
    .onConflictDoNothing({ target: alerts.occasion })
    .returning({ id: alerts.id })
  return inserted.map(({ id }) => id)
}

/** The alert of an occasion, locked until the transaction ends. */
export async function lockAlert(tx: Orm, occasion: string): Promise<AlertRow | null> {
  const [row] = await tx.select().from(alerts).where(eq(alerts.occasion, occasion)).for('update')
  return row ?? null
}

export const updateAlertData = async (tx: Orm, id: string, data: object): Promise<void> => {
  await tx.update(alerts).set({ data }).where(eq(alerts.id, id))
}

/** Newest first, from the alert that follows `after`. */
export const selectAlerts = (
  db: Db,
  after: { at: Date; id: string } | null,
  limit: number,
): Promise<AlertRow[]> =>
  db.orm
    .select()
    .from(alerts)
    .where(
      after === null
        ? undefined
        : or(
            lt(alerts.createdAt, after.at),
            and(eq(alerts.createdAt, after.at), lt(alerts.id, after.id)),
          ),
    )
    .orderBy(desc(alerts.createdAt), desc(alerts.id))
    .limit(limit)

/** An API key that has used up much of its cap, or all of it, this month. */
export interface CapReachedRow {
  apiKey: string
  name: string
  issuer: string
  mode: 'live' | 'test'
  /** The first day of the month, UTC. */
  period: string
  used: number
  cap: number
  /** Percent. */
  share: 80 | 100
  occasion: string
}

/**
 * The API keys whose share is not told yet, each with its highest share. The statement starts from
 * the API keys, so that it never reads the counters of earlier months. A key with a cap of 0 is
 * closed on purpose, and a revoked or expired key takes no more receipts.
 */
export const selectCapsReached = (run: Run, limit: number): Promise<CapReachedRow[]> =>
  run(
    `select a.id as "apiKey", a.name, a.issuer, a.mode, u.period, u.used::float8 as used,
      a.cap::float8 as cap, s.share, o.occasion
      from api_keys a
      join cap_usage u on u.api_key = a.id and u.period = cap_period(now())
      cross join lateral (select case when u.used >= a.cap then 100 else 80 end as share) s
      cross join lateral (select concat('cap/', a.id, '/', u.period, '/', s.share) as occasion) o
      where a.cap > 0 and u.used::numeric * 5 >= a.cap::numeric * 4
        and a.revoked_at is null and (a.expires_at is null or a.expires_at > now())
        and not exists (select from alerts l where l.occasion = o.occasion)
      order by a.id limit $1::int`,
    [limit],
  )
