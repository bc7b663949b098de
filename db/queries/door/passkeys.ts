import { and, asc, eq, lte, or, sql } from 'drizzle-orm'
import type { Db } from '../../client.server.ts'
import type { Orm } from '../../connection.ts'
import { passkeys } from '../../console-schema.ts'

export type PasskeyRow = typeof passkeys.$inferSelect

/** False: an admin has this credential already. */
export async function insertPasskey(tx: Orm, row: PasskeyRow): Promise<boolean> {
  const rows = await tx.insert(passkeys).values(row).onConflictDoNothing().returning()
  return rows.length > 0
}

export async function selectPasskey(db: Pick<Db, 'orm'>, id: string): Promise<PasskeyRow | null> {
  const [row] = await db.orm.select().from(passkeys).where(eq(passkeys.id, id))
  return row ?? null
}

export const selectPasskeysOfAdmin = (db: Pick<Db, 'orm'>, admin: string): Promise<PasskeyRow[]> =>
  db.orm
    .select()
    .from(passkeys)
    .where(eq(passkeys.admin, admin))
    .orderBy(asc(passkeys.createdAt), asc(passkeys.id))

/**
 * False: the counter did not grow. An authenticator that counts never repeats a number, so a copy
 * of it exists. An authenticator that doesn't count stays at 0.
 */
export async function updatePasskeyUse(
  db: Pick<Db, 'orm'>,
  id: string,
  counter: number,
  at: Date,
): Promise<boolean> {
  const grows = or(sql`${passkeys.counter} < ${counter}`, lte(passkeys.counter, 0))
  const rows = await db.orm
    .update(passkeys)
    .set({ counter, lastUsedAt: at })
    .where(and(eq(passkeys.id, id), grows))
    .returning({ id: passkeys.id })
  return rows.length > 0
}

export async function updatePasskeyName(
  tx: Orm,
  admin: string,
  id: string,
  name: string,
): Promise<boolean> {
  const rows = await tx
    .update(passkeys)
    .set({ name })
    .where(and(eq(passkeys.id, id), eq(passkeys.admin, admin)))
    .returning({ id: passkeys.id })
  return rows.length > 0
}

export async function deletePasskey(tx: Orm, admin: string, id: string): Promise<boolean> {
  const rows = await tx
    .delete(passkeys)
    .where(and(eq(passkeys.id, id), eq(passkeys.admin, admin)))
    .returning({ id: passkeys.id })
  return rows.length > 0
}

export const deletePasskeysOfAdmin = async (tx: Orm, admin: string): Promise<void> => {
  await tx.delete(passkeys).where(eq(passkeys.admin, admin))
}
