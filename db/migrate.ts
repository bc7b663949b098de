import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import type { Connection, Orm } from './connection.ts'
import { keepsSessions, withConnection } from './pools.server.ts'
import { sqlFunctions } from './schema.ts'
import { poolerError, StartError } from './start-error.ts'

/** An arbitrary number: other programs on the same server are unlikely to lock it. */
const LOCK = 7_302_611_425

const VERSION_MIN = 15

/** The path is the same from db/ and from the bundle in build/. */
const folder = (name: string) => fileURLToPath(new URL(`../db/${name}`, import.meta.url))

async function refuseUnfit(orm: Orm): Promise<void> {
  const { rows } = await orm.execute<{ version: string; encoding: string; name: string }>(sql`
    select current_setting('server_version') as version, current_database() as name,
      current_setting('server_encoding') as encoding`)
  const { version, encoding, name } = rows[0]!
  if (Number.parseInt(version, 10) < VERSION_MIN)
    throw new StartError(
      `The database of DATABASE_URL is Postgres ${version}: give the portal ${VERSION_MIN} or newer.`,
    )
  // Names and contents have letters of every script.
  if (encoding !== 'UTF8')
    throw new StartError(
      `The database of DATABASE_URL is encoded as ${encoding}, which lacks most letters: make one with createdb --encoding=UTF8 --template=template0, and move what ${name} holds by pg_dump.`,
    )
}

/**
 * Applies the migrations that the database lacks. False: the database has migrations that this
 * build does not know. Drizzle's own migrator would begin its own transaction, and the functions
 * belong to the same one. Drizzle's table is kept, so databases of earlier releases go on.
 */
async function applyMigrations(tx: Orm, migrationsFolder: string): Promise<boolean> {
  await tx.execute(sql`create schema if not exists drizzle`)
  await tx.execute(sql`create table if not exists drizzle.__drizzle_migrations
    (id serial primary key, hash text not null, created_at bigint)`)
  const { rows } = await tx.execute<{ last: number }>(
    sql`select coalesce(max(created_at), 0)::float8 as last from drizzle.__drizzle_migrations`,
  )
  const { last } = rows[0]!
  const migrations = readMigrationFiles({ migrationsFolder })
  for (const { sql: statements, hash, folderMillis } of migrations) {
    if (folderMillis <= last) continue
    for (const statement of statements) await tx.execute(sql.raw(statement))
    await tx.execute(sql`insert into drizzle.__drizzle_migrations (hash, created_at)
      values (${hash}, ${folderMillis})`)
  }
  return migrations.at(-1)!.folderMillis >= last
}

/** Applies each file of db/functions that has changed since its last application. */
async function applyFunctions(tx: Orm, functionsFolder: string): Promise<void> {
  const applied = new Map((await tx.select().from(sqlFunctions)).map((row) => [row.name, row.hash]))
  // Postgres then reads a body at the function's first call, so the files need no order.
  await tx.execute(sql`set local check_function_bodies = off`)
  for (const file of readdirSync(functionsFolder).filter((name) => name.endsWith('.sql'))) {
    const text = readFileSync(join(functionsFolder, file), 'utf8')
    const row = {
      name: basename(file, '.sql'),
      hash: createHash('sha256').update(text).digest('hex'),
    }
    if (applied.get(row.name) === row.hash) continue
    await tx.execute(sql.raw(text))
    await tx
      .insert(sqlFunctions)
      .values(row)
      .onConflictDoUpdate({ target: sqlFunctions.name, set: { hash: row.hash } })
  }
}

/**
 * Brings tables and functions up to this version, all or nothing. Processes that start together
 * wait for the first of them. A portal whose last migration is behind the database's leaves the
 * functions alone: it may restart beside a newer portal, which counts on its own. So a release that
 * changes a function has a migration, an empty one if need be.
 */
export async function migrate(
  connection: Connection,
  from = { migrations: folder('migrations'), functions: folder('functions') },
): Promise<void> {
  if (!(await keepsSessions(connection))) throw poolerError('it gives each transaction another')
  await withConnection(connection, async (orm) => {
    await refuseUnfit(orm)
    await orm.transaction(
      async (tx) => {
        await tx.execute(sql`select pg_advisory_xact_lock(${LOCK})`)
        if (await applyMigrations(tx, from.migrations)) await applyFunctions(tx, from.functions)
      },
      // Each statement sees the commits of the process for which this one waited.
      { isolationLevel: 'read committed' },
    )
  })
}
