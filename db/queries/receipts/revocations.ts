import { eq } from 'drizzle-orm'
import type { Orm } from '../../connection.ts'
import { contents, erasures, receipts, revocations } from '../../schema.ts'

export type RevocationRow = typeof revocations.$inferSelect

export async function selectReceiptExists(tx: Orm, id: Uint8Array): Promise<boolean> {
  const rows = await tx.select({ id: receipts.id }).from(receipts).where(eq(receipts.id, id))
  return rows.length > 0
}

/** False: the receipt is revoked already. */
export async function insertRevocation(tx: Orm, row: RevocationRow): Promise<boolean> {
  const rows = await tx.insert(revocations).values(row).onConflictDoNothing().returning()
  return rows.length > 0
}

/** The number of bytes deleted; null: the receipt had no stored content. */
export async function deleteContent(tx: Orm, receiptId: Uint8Array): Promise<number | null> {
  const [row] = await tx.delete(contents).where(eq(contents.receiptId, receiptId)).returning()
  return row === undefined ? null : row.bytes.length
}

export const insertErasure = async (tx: Orm, receiptId: Uint8Array, at: Date): Promise<void> => {
  await tx.insert(erasures).values({ receiptId, erasedAt: at }).onConflictDoNothing()
}

export async function selectErasureExists(tx: Orm, receiptId: Uint8Array): Promise<boolean> {
  const rows = await tx.select().from(erasures).where(eq(erasures.receiptId, receiptId))
  return rows.length > 0
}
