import { and, desc, eq, lt, or } from 'drizzle-orm'
import type { Db, Orm } from '../client.server.ts'
import { auditEntries } from '../schema.ts'

export type AuditRow = typeof auditEntries.$inferSelect
/** A transaction: what is written in it is there together or not at all. */
export type Tx = Orm

export const insertAuditEntry = async (tx: Tx, row: AuditRow): Promise<void> => {
  await tx.insert(auditEntries).values(row)
}

/** Newest first, from the one after `after`. */
export const selectAuditEntries = (
  db: Db,
  after: { at: Date; id: string } | null,
  limit: number,
): Promise<AuditRow[]> =>
  db.orm
    .select()
    .from(auditEntries)
    .where(
      after === null
        ? undefined
        : or(
            lt(auditEntries.at, after.at),
            and(eq(auditEntries.at, after.at), lt(auditEntries.id, after.id)),
          ),
    )
    .orderBy(desc(auditEntries.at), desc(auditEntries.id))
    .limit(limit)
