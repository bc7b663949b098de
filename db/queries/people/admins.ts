import { and, asc, eq, gt, isNull, or, sql } from 'drizzle-orm'
import type { Db } from '../../client.server.ts'
import type { Orm } from '../../connection.ts'
import { admins } from '../../console-schema.ts'

export type AdminRow = typeof admins.$inferSelect
export type Role = AdminRow['role']

/** An admin with the numbers of passkeys and unused recovery codes, and the last visit. */
export interface AdminRecord extends AdminRow {
  passkeys: number
  recoveryCodes: number
  lastSeenAt: Date | null
}

// Plain SQL, because drizzle drops the table's name of a column in a single table's select.
const countPasskeys = sql<number>`(
  select count(*)::int from passkeys p where p.admin = admins.id)`
const countCodes = sql<number>`(
  select count(*)::int from recovery_codes c where c.admin = admins.id and c.used_at is null)`
const lastSeen = sql<number | null>`(
  select (extract(epoch from max(s.last_seen_at)) * 1000)::float8 from sessions s
  where s.admin = admins.id)`

const record = { row: admins, passkeys: countPasskeys, codes: countCodes, lastSeen }

const toRecord = (found: {
  row: AdminRow
  passkeys: number
  codes: number
  lastSeen: number | null
}): AdminRecord => ({
  ...found.row,
  passkeys: found.passkeys,
  recoveryCodes: found.codes,
  lastSeenAt: found.lastSeen === null ? null : new Date(found.lastSeen),
})

/** False: an admin has, or had, a name that reads the same. */
export async function insertAdmin(tx: Orm, row: AdminRow): Promise<boolean> {
  const rows = await tx.insert(admins).values(row).onConflictDoNothing().returning()
  return rows.length > 0
}

/** Null for a removed admin too. */
export async function selectAdmin(db: Pick<Db, 'orm'>, id: string): Promise<AdminRow | null> {
  const [row] = await db.orm
    .select()
    .from(admins)
    .where(and(eq(admins.id, id), isNull(admins.removedAt)))
  return row ?? null
}

/** By the exact name first: the key of an admin of an earlier release may be made by older rules. */
export async function selectAdminByName(
  db: Pick<Db, 'orm'>,
  { name, nameKey }: Pick<AdminRow, 'name' | 'nameKey'>,
): Promise<AdminRow | null> {
  const fits = or(eq(admins.name, name), eq(admins.nameKey, nameKey))
  const [row] = await db.orm
    .select()
    .from(admins)
    .where(and(fits, isNull(admins.removedAt)))
    .orderBy(sql`${admins.name} <> ${name}`)
    .limit(1)
  return row ?? null
}

export async function selectAdminRecord(
  db: Pick<Db, 'orm'>,
  id: string,
): Promise<AdminRecord | null> {
  const [found] = await db.orm
    .select(record)
    .from(admins)
    .where(and(eq(admins.id, id), isNull(admins.removedAt)))
  return found === undefined ? null : toRecord(found)
}

/** In order of name, from the admin that follows `after`. */
export async function selectAdminRecords(
  db: Pick<Db, 'orm'>,
  after: string,
  limit: number,
): Promise<AdminRecord[]> {
  const found = await db.orm
    .select(record)
    .from(admins)
    .where(and(gt(admins.nameKey, after), isNull(admins.removedAt)))
    .orderBy(asc(admins.nameKey))
    .limit(limit)
  return found.map(toRecord)
}

export async function selectAnyAdminExists(db: Pick<Db, 'orm'>): Promise<boolean> {
  const rows = await db.orm.select({ id: admins.id }).from(admins).limit(1)
  return rows.length > 0
}

export const selectOwners = (db: Pick<Db, 'orm'>): Promise<AdminRow[]> =>
  db.orm
    .select()
    .from(admins)
    .where(and(eq(admins.role, 'owner'), isNull(admins.removedAt)))
    .orderBy(asc(admins.nameKey))

/** Other transactions can add no admin until this one ends. */
export const lockAdmins = async (tx: Orm): Promise<void> => {
  await tx.execute(sql`lock table ${admins} in share row exclusive mode`)
}

/** The role of the admin of this name, locked until the transaction ends. Null: unknown name. */
export async function lockRole(
  tx: Orm,
  name: string,
): Promise<Pick<AdminRow, 'role' | 'removedAt'> | null> {
  const [row] = await tx
    .select({ role: admins.role, removedAt: admins.removedAt })
    .from(admins)
    .where(eq(admins.name, name))
    .for('share')
  return row ?? null
}

/** The admin, locked until the transaction ends. */
export async function lockAdmin(tx: Orm, id: string): Promise<AdminRow | null> {
  const [row] = await tx
    .select()
    .from(admins)
    .where(and(eq(admins.id, id), isNull(admins.removedAt)))
    .for('update')
  return row ?? null
}

/**
 * The number of owners, all of them locked: of two transactions that each remove an owner, the
 * second counts after the first. Locks go in order of id, so that two transactions can't deadlock.
 */
export async function lockOwners(tx: Orm): Promise<number> {
  const rows = await tx
    .select({ id: admins.id })
    .from(admins)
    .where(and(eq(admins.role, 'owner'), isNull(admins.removedAt)))
    .orderBy(asc(admins.id))
    .for('update')
  return rows.length
}

export async function updateAdmin(
  tx: Orm,
  id: string,
  values: Partial<
    Pick<AdminRow, 'role' | 'passwordHash' | 'totpSecret' | 'totpStep' | 'removedAt'>
  >,
): Promise<void> {
  await tx.update(admins).set(values).where(eq(admins.id, id))
}
