import { desc, eq } from 'drizzle-orm'
import type { Db } from '../../client.server.ts'
import { auditEntries } from '../../schema.ts'
import type { AuditRow } from './audit.ts'

/** The entries about one subject, newest first. */
export const selectHistory = (db: Db, subject: string, limit: number): Promise<AuditRow[]> =>
  db.orm
    .select()
    .from(auditEntries)
    .where(eq(auditEntries.subject, subject))
    .orderBy(desc(auditEntries.at), desc(auditEntries.id))
    .limit(limit)
