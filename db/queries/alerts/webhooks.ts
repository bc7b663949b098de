import { and, asc, eq, isNull, sql } from 'drizzle-orm'
import type { Db } from '../../client.server.ts'
import type { Orm } from '../../connection.ts'
import { webhooks } from '../../console-schema.ts'

/** The row of a removed webhook stays with an empty secret, because deliveries name it. */
export type WebhookRow = typeof webhooks.$inferSelect

const isKept = sql`octet_length(${webhooks.secret}) > 0`

export const insertWebhook = async (tx: Orm, row: WebhookRow): Promise<void> => {
  await tx.insert(webhooks).values(row)
}

/** The webhook, locked until the transaction ends. */
export async function lockWebhook(tx: Orm, id: string): Promise<WebhookRow | null> {
  const [row] = await tx.select().from(webhooks).where(eq(webhooks.id, id)).for('update')
  return row ?? null
}

export async function updateWebhook(
  tx: Orm,
  id: string,
  values: Partial<Pick<WebhookRow, 'url' | 'secret' | 'disabledAt'>>,
): Promise<WebhookRow> {
  const [row] = await tx.update(webhooks).set(values).where(eq(webhooks.id, id)).returning()
  return row!
}

export async function selectWebhook(db: Pick<Db, 'orm'>, id: string): Promise<WebhookRow | null> {
  const [row] = await db.orm.select().from(webhooks).where(eq(webhooks.id, id))
  return row ?? null
}

/** The webhooks that were not removed, oldest first. Their number is small. */
export const selectWebhooks = (db: Pick<Db, 'orm'>): Promise<WebhookRow[]> =>
  db.orm.select().from(webhooks).where(isKept).orderBy(asc(webhooks.createdAt), asc(webhooks.id))

/**
 * The webhooks that get an alert. The lock keeps them enabled until the alert has its deliveries: a
 * delivery to a webhook disabled meanwhile would stay pending for ever.
 */
export async function lockEnabledWebhooks(tx: Orm): Promise<string[]> {
  const rows = await tx
    .select({ id: webhooks.id })
    .from(webhooks)
    .where(and(isNull(webhooks.disabledAt), isKept))
    .orderBy(asc(webhooks.id))
    .for('share')
  return rows.map(({ id }) => id)
}
