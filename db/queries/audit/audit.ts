import { and, desc, eq, gte, lt, sql } from 'drizzle-orm'
import type { Db } from '../../client.server.ts'
import type { Orm } from '../../connection.ts'
import { auditEntries } from '../../schema.ts'

export type AuditRow = typeof auditEntries.$inferSelect
/** A transaction: an entry and the change that it records are committed together. */
export type Tx = Orm

export const insertAuditEntry = async (tx: Tx, row: AuditRow): Promise<void> => {
  await tx.insert(auditEntries).values(row)
}

/** A field that is null matches every entry. */
export interface AuditFilter {
  actor: string | null
  /** An action, or `access` or `changes`: all entries about ways in, or all others. */
  action: string | null
  subject: string | null
  /** At or after `from` and before `to`. */
  from: Date | null
  to: Date | null
}

/** Spelt as in the predicate of the index `audit_entries_access`. */
const isAccess = sql`${auditEntries.action} like 'access.%'`

const fitsAction = (action: string) =>
  action === 'access'
    ? isAccess
    : action === 'changes'
      ? sql`not (${isAccess})`
      : eq(auditEntries.action, action)

/** Newest first, from the entry that follows `after`. */
export const selectAuditEntries = (
  db: Db,
  { actor, action, subject, from, to }: AuditFilter,
  after: { at: Date; id: string } | null,
  limit: number,
): Promise<AuditRow[]> =>
  db.orm
    .select()
    .from(auditEntries)
    .where(
      and(
        actor === null ? undefined : eq(auditEntries.actor, actor),
        action === null ? undefined : fitsAction(action),
        subject === null ? undefined : eq(auditEntries.subject, subject),
        from === null ? undefined : gte(auditEntries.at, from),
        to === null ? undefined : lt(auditEntries.at, to),
        after === null
          ? undefined
          : sql`(${auditEntries.at}, ${auditEntries.id}) < (${after.at.toISOString()}::timestamptz, ${after.id}::uuid)`,
      ),
    )
    .orderBy(desc(auditEntries.at), desc(auditEntries.id))
    .limit(limit)
