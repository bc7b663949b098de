import { and, asc, eq, isNull, sql } from 'drizzle-orm'
import type { Db } from '../../client.server.ts'
import type { Orm } from '../../connection.ts'
import { webhooks } from '../../console-schema.ts'

/** Of a removed webhook the row stays, for its deliveries name it; its secret is empty. */
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

/** Those that were not removed, oldest first. There are few. */
export const selectWebhooks = (db: Pick<Db, 'orm'>): Promise<WebhookRow[]> =>
  db.orm.select().from(webhooks).where(isKept).orderBy(asc(webhooks.createdAt), asc(webhooks.id))

/**
 * Whom an alert is sent to, locked against being turned off until it has its deliveries: else one
 * could be left behind that nobody sends and nobody ends.
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
