import { and, desc, eq, lt, or } from 'drizzle-orm'
import type { Db } from '../../client.server.ts'
import type { Orm, Run } from '../../connection.ts'
import { alerts, deliveries, webhooks } from '../../console-schema.ts'
import { ms } from '../clock.ts'

export type DeliveryRow = typeof deliveries.$inferSelect

export const insertDeliveries = async (tx: Orm, rows: DeliveryRow[]): Promise<void> => {
  if (rows.length > 0) await tx.insert(deliveries).values(rows)
}

/** The webhooks with a delivery that is due. */
export async function selectWebhooksDue(run: Run): Promise<string[]> {
  const rows = await run<{ webhook: string }>(
    `select distinct d.webhook from deliveries d join webhooks w on w.id = d.webhook
      where d.state = 'pending' and d.next_attempt_at <= now() and w.disabled_at is null`,
    [],
  )
  return rows.map(({ webhook }) => webhook)
}

/** A delivery that only its claimer may send until the lease ends. */
export interface ClaimedRow {
  id: string
  webhook: string
  /** Including this attempt. */
  attempts: number
  ageMs: number
  alert: string
  type: string
  data: object
  /** When the alert was raised, in milliseconds. */
  at: number
  url: string
  secret: Uint8Array
}

/**
 * One statement, committed before the first request: no transaction waits for a stranger's server.
 * A claim moves the next attempt to the end of the lease, so another process sends if this one
 * dies.
 */
export const claimDeliveries = (
  run: Run,
  { webhook, limit, leaseMs }: { webhook: string; limit: number; leaseMs: number },
): Promise<ClaimedRow[]> =>
  run(
    `update deliveries d set attempts = d.attempts + 1,
        next_attempt_at = now() + $3::float8 * interval '1 millisecond'
      from webhooks w, alerts a
      where d.id = any (array(
          select p.id from deliveries p
            where p.state = 'pending' and p.webhook = $1::text and p.next_attempt_at <= now()
            order by p.next_attempt_at limit $2::int for update skip locked))
        and w.id = d.webhook and w.disabled_at is null and a.id = d.alert
      returning d.id, d.webhook, d.attempts,
        ${ms('now() - d.created_at')} as "ageMs",
        a.id as alert, a.type, a.data, ${ms('a.created_at')} as at,
        w.url, w.secret`,
    [webhook, limit, leaseMs],
  )

/** Writes the outcome of an attempt, unless another sender took over after the lease ended. */
export async function updateDelivery(
  run: Run,
  claimed: Pick<ClaimedRow, 'id' | 'attempts'>,
  values: {
    state: DeliveryRow['state']
    retryMs: number
    lastStatus: number | null
    lastError: string | null
  },
): Promise<void> {
  await run(
    `update deliveries set state = $3::text,
        next_attempt_at = now() + $4::float8 * interval '1 millisecond',
        delivered_at = case when $3::text = 'delivered' then now() end,
        last_status = $5::int, last_error = $6::text
      where id = $1::uuid and attempts = $2::int and state = 'pending'`,
    [
      claimed.id,
      claimed.attempts,
      values.state,
      values.retryMs,
      values.lastStatus,
      values.lastError,
    ],
  )
}

/** Undoes a claim. The delivery is due at once, so its time is rounded down. */
export const releaseDelivery = async (
  run: Run,
  claimed: Pick<ClaimedRow, 'id' | 'attempts'>,
): Promise<void> => {
  await run(
    `update deliveries set attempts = attempts - 1,
        next_attempt_at = date_trunc('milliseconds', now())
      where id = $1::uuid and attempts = $2::int and state = 'pending'`,
    [claimed.id, claimed.attempts],
  )
}

/** Ends the pending deliveries of a webhook. */
export const failPendingDeliveries = async (
  tx: Orm,
  webhook: string,
  lastError: string,
): Promise<void> => {
  await tx
    .update(deliveries)
    .set({ state: 'failed', lastError })
    .where(and(eq(deliveries.webhook, webhook), eq(deliveries.state, 'pending')))
}

export async function selectDelivery(tx: Orm, id: string): Promise<DeliveryRow | null> {
  const [row] = await tx.select().from(deliveries).where(eq(deliveries.id, id))
  return row ?? null
}

/** A delivery with its alert's type and subject and its webhook's address. */
export type DeliveryRecord = DeliveryRow & { type: string; subject: string; url: string }

/** Newest first, from the delivery that follows `after`; to one webhook or to all. */
export async function selectDeliveries(
  db: Db,
  webhook: string | null,
  after: { at: Date; id: string } | null,
  limit: number,
): Promise<DeliveryRecord[]> {
  const rows = await db.orm
    .select({
      delivery: deliveries,
      type: alerts.type,
      subject: alerts.subject,
      url: webhooks.url,
    })
    .from(deliveries)
    .innerJoin(alerts, eq(alerts.id, deliveries.alert))
    .innerJoin(webhooks, eq(webhooks.id, deliveries.webhook))
    .where(
      and(
        webhook === null ? undefined : eq(deliveries.webhook, webhook),
        after === null
          ? undefined
          : or(
              lt(deliveries.createdAt, after.at),
              and(eq(deliveries.createdAt, after.at), lt(deliveries.id, after.id)),
            ),
      ),
    )
    .orderBy(desc(deliveries.createdAt), desc(deliveries.id))
    .limit(limit)
  return rows.map(({ delivery, ...more }) => ({ ...delivery, ...more }))
}
