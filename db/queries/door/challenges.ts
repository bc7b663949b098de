import { and, eq, lt } from 'drizzle-orm'
import type { Db } from '../../client.server.ts'
import { challenges } from '../../console-schema.ts'

export type ChallengeRow = typeof challenges.$inferSelect

export const insertChallenge = async (db: Pick<Db, 'orm'>, row: ChallengeRow): Promise<void> => {
  await db.orm.insert(challenges).values(row)
}

export async function selectChallenge(
  db: Pick<Db, 'orm'>,
  id: Uint8Array,
  kind: ChallengeRow['kind'],
): Promise<ChallengeRow | null> {
  const [row] = await db.orm
    .select()
    .from(challenges)
    .where(and(eq(challenges.id, id), eq(challenges.kind, kind)))
  return row ?? null
}

/** Takes the challenge away: of several callers, even at one moment, only the first gets it. */
export async function deleteChallenge(
  db: Pick<Db, 'orm'>,
  id: Uint8Array,
  kind: ChallengeRow['kind'],
): Promise<ChallengeRow | null> {
  const [row] = await db.orm
    .delete(challenges)
    .where(and(eq(challenges.id, id), eq(challenges.kind, kind)))
    .returning()
  return row ?? null
}

export const deleteChallengesOfAdmin = async (
  db: Pick<Db, 'orm'>,
  admin: string,
): Promise<void> => {
  await db.orm.delete(challenges).where(eq(challenges.admin, admin))
}

export const deleteChallengesExpiredBefore = async (
  db: Pick<Db, 'orm'>,
  at: Date,
): Promise<void> => {
  await db.orm.delete(challenges).where(lt(challenges.expiresAt, at))
}
