import { and, asc, eq, gt, isNull, lt } from 'drizzle-orm'
import type { Db } from '../../client.server.ts'
import type { Orm } from '../../connection.ts'
import { invitations } from '../../console-schema.ts'

export type InvitationRow = typeof invitations.$inferSelect

export const insertInvitation = async (tx: Orm, row: InvitationRow): Promise<void> => {
  await tx.insert(invitations).values(row)
}

export async function selectInvitation(
  db: Pick<Db, 'orm'>,
  id: Uint8Array,
): Promise<InvitationRow | null> {
  const [row] = await db.orm.select().from(invitations).where(eq(invitations.id, id))
  return row ?? null
}

/** The invitation, locked until the transaction ends. */
export async function lockInvitation(tx: Orm, id: Uint8Array): Promise<InvitationRow | null> {
  const [row] = await tx.select().from(invitations).where(eq(invitations.id, id)).for('update')
  return row ?? null
}

/** The links that still let a person in, the next to expire first. */
export const selectOpenInvitations = (
  db: Pick<Db, 'orm'>,
  kind: InvitationRow['kind'],
  now: Date,
  limit: number,
): Promise<InvitationRow[]> =>
  db.orm
    .select()
    .from(invitations)
    .where(
      and(eq(invitations.kind, kind), isNull(invitations.usedAt), gt(invitations.expiresAt, now)),
    )
    .orderBy(asc(invitations.expiresAt), asc(invitations.id))
    .limit(limit)

export const updateInvitationUsed = async (tx: Orm, id: Uint8Array, at: Date): Promise<void> => {
  await tx.update(invitations).set({ usedAt: at }).where(eq(invitations.id, id))
}

/** Voids a link; null: no such link was open. */
export async function deleteInvitation(
  tx: Orm,
  kind: InvitationRow['kind'],
  id: Uint8Array,
): Promise<InvitationRow | null> {
  const [row] = await tx
    .delete(invitations)
    .where(and(eq(invitations.id, id), eq(invitations.kind, kind), isNull(invitations.usedAt)))
    .returning()
  return row ?? null
}

/** Voids links of one kind: all of them, or those for one admin. */
export const deleteInvitations = async (
  tx: Orm,
  kind: InvitationRow['kind'],
  admin: string | null,
): Promise<void> => {
  await tx
    .delete(invitations)
    .where(
      and(
        eq(invitations.kind, kind),
        isNull(invitations.usedAt),
        admin === null ? undefined : eq(invitations.admin, admin),
      ),
    )
}

/** Voids the open invitations that an admin made, for others or for themselves. */
export const deleteInvitationsMadeBy = async (tx: Orm, name: string): Promise<void> => {
  await tx
    .delete(invitations)
    .where(
      and(
        eq(invitations.kind, 'invite'),
        isNull(invitations.usedAt),
        eq(invitations.createdBy, name),
      ),
    )
}

export const deleteInvitationsExpiredBefore = async (
  db: Pick<Db, 'orm'>,
  at: Date,
): Promise<void> => {
  await db.orm.delete(invitations).where(lt(invitations.expiresAt, at))
}
