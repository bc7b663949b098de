import { and, asc, eq, isNull } from 'drizzle-orm'
import type { Orm } from '../../connection.ts'
import { recoveryCodes } from '../../console-schema.ts'

/** The digests of the admin's codes, used ones too. */
export async function selectRecoveryCodes(
  { orm }: { orm: Orm },
  admin: string,
): Promise<Uint8Array[]> {
  const rows = await orm
    .select({ hash: recoveryCodes.hash })
    .from(recoveryCodes)
    .where(eq(recoveryCodes.admin, admin))
    .orderBy(asc(recoveryCodes.hash))
  return rows.map(({ hash }) => hash)
}

/** Replaces the admin's codes; an empty set removes them. */
export async function replaceRecoveryCodes(
  tx: Orm,
  admin: string,
  hashes: Uint8Array[],
): Promise<void> {
  await tx.delete(recoveryCodes).where(eq(recoveryCodes.admin, admin))
  if (hashes.length === 0) return
  await tx.insert(recoveryCodes).values(hashes.map((hash) => ({ admin, hash, usedAt: null })))
}

/** True for the first use alone, even if several callers use the code at once. */
export async function updateRecoveryCodeUsed(
  tx: Orm,
  admin: string,
  hash: Uint8Array,
  at: Date,
): Promise<boolean> {
  const rows = await tx
    .update(recoveryCodes)
    .set({ usedAt: at })
    .where(
      and(
        eq(recoveryCodes.admin, admin),
        eq(recoveryCodes.hash, hash),
        isNull(recoveryCodes.usedAt),
      ),
    )
    .returning({ admin: recoveryCodes.admin })
  return rows.length > 0
}
