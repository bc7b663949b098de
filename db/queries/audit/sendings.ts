import { and, eq, isNotNull, lt } from 'drizzle-orm'
import type { Db } from '../../client.server.ts'
import { sendings } from '../../console-schema.ts'
import type { Tx } from './audit.ts'

export type SendingRow = typeof sendings.$inferSelect

/**
 * False where another sending holds the id. The statement waits while a transaction that wrote the id
 * is still open, so that of two sendings at one moment the second finds the first one's result.
 */
export async function insertSending(tx: Tx, row: SendingRow): Promise<boolean> {
  const rows = await tx
    .insert(sendings)
    .values(row)
    .onConflictDoNothing()
    .returning({ id: sendings.id })
  return rows.length > 0
}

export async function selectSending(
  db: Pick<Db, 'orm'>,
  id: Uint8Array,
): Promise<SendingRow | null> {
  const [row] = await db.orm.select().from(sendings).where(eq(sendings.id, id))
  return row ?? null
}

export const updateSending = async (
  tx: Tx,
  id: Uint8Array,
  values: Pick<SendingRow, 'subject' | 'sealed'>,
): Promise<void> => {
  await tx.update(sendings).set(values).where(eq(sendings.id, id))
}

export const deleteSending = async (tx: Tx, id: Uint8Array): Promise<void> => {
  await tx.delete(sendings).where(eq(sendings.id, id))
}

/** Takes the sealed result away: of several callers, even at one moment, only the first gets it. */
export async function takeSealed(tx: Tx, id: Uint8Array): Promise<SendingRow | null> {
  const [row] = await tx
    .select()
    .from(sendings)
    .where(and(eq(sendings.id, id), isNotNull(sendings.sealed)))
    .for('update')
  if (row === undefined) return null
  await tx.update(sendings).set({ sealed: null }).where(eq(sendings.id, id))
  return row
}

/** Deletes the sealed results whose time is over, and the rows that nobody needs any more. */
export async function deleteOldSendings(db: Pick<Db, 'orm'>, at: Date): Promise<void> {
  await db.orm
    .update(sendings)
    .set({ sealed: null })
    .where(and(isNotNull(sendings.sealed), lt(sendings.sealedUntil, at)))
  await db.orm.delete(sendings).where(lt(sendings.expiresAt, at))
}
