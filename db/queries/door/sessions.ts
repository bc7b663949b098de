import { and, desc, eq, gt, isNull, lt, ne, or } from 'drizzle-orm'
import type { Orm } from '../../connection.ts'
import { admins, sessions } from '../../console-schema.ts'

export type SessionRow = typeof sessions.$inferSelect
export type AdminRole = (typeof admins.$inferSelect)['role']

/** A session with its admin; null if the session is over or its admin was removed. */
export async function selectSession(
  { orm }: { orm: Orm },
  id: Uint8Array,
  after: { createdAt: Date; lastSeenAt: Date },
): Promise<{ session: SessionRow; admin: { id: string; name: string; role: AdminRole } } | null> {
  const [row] = await orm
    .select({
      session: sessions,
      admin: { id: admins.id, name: admins.name, role: admins.role },
    })
    .from(sessions)
    .innerJoin(admins, eq(admins.id, sessions.admin))
    .where(
      and(
        eq(sessions.id, id),
        gt(sessions.createdAt, after.createdAt),
        gt(sessions.lastSeenAt, after.lastSeenAt),
        isNull(admins.removedAt),
      ),
    )
  return row ?? null
}

export const insertSession = async ({ orm }: { orm: Orm }, row: SessionRow): Promise<void> => {
  await orm.insert(sessions).values(row)
}

/** False where no session has this id any more. */
export async function updateSession(
  { orm }: { orm: Orm },
  id: Uint8Array,
  values: Partial<Pick<SessionRow, 'id' | 'lastSeenAt' | 'confirmedAt'>>,
): Promise<boolean> {
  const rows = await orm
    .update(sessions)
    .set(values)
    .where(eq(sessions.id, id))
    .returning({ id: sessions.id })
  return rows.length > 0
}

export const deleteSession = async ({ orm }: { orm: Orm }, id: Uint8Array): Promise<void> => {
  await orm.delete(sessions).where(eq(sessions.id, id))
}

/** Deletes an admin's sessions, except `keep`. */
export const deleteSessionsOf = async (
  { orm }: { orm: Orm },
  admin: string,
  keep: Uint8Array | null,
): Promise<void> => {
  await orm
    .delete(sessions)
    .where(and(eq(sessions.admin, admin), keep === null ? undefined : ne(sessions.id, keep)))
}

export const deleteOldSessions = async (
  { orm }: { orm: Orm },
  before: { createdAt: Date; lastSeenAt: Date },
): Promise<void> => {
  await orm
    .delete(sessions)
    .where(or(lt(sessions.createdAt, before.createdAt), lt(sessions.lastSeenAt, before.lastSeenAt)))
}

/** The session used last comes first. */
export const selectSessionsOf = (
  { orm }: { orm: Orm },
  admin: string,
  after: { createdAt: Date; lastSeenAt: Date },
): Promise<SessionRow[]> =>
  orm
    .select()
    .from(sessions)
    .where(
      and(
        eq(sessions.admin, admin),
        gt(sessions.createdAt, after.createdAt),
        gt(sessions.lastSeenAt, after.lastSeenAt),
      ),
    )
    .orderBy(desc(sessions.lastSeenAt))
