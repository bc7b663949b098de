import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
import { migrate as applyMigrations } from 'drizzle-orm/node-postgres/migrator'
import { withConnection } from './client.server.ts'
import type { Connection } from './connection.ts'

/** Any number that no other program on the same server is likely to lock. */
const LOCK = 7_302_611_425

/** Brings the tables up to this version. Processes that start together wait for the first of them. */
export const migrate = (connection: Connection): Promise<void> =>
  withConnection(connection, async (orm) => {
    await orm.execute(sql`select pg_advisory_lock(${LOCK})`)
    // The same place from db/ and from the bundle in build/.
    const migrationsFolder = fileURLToPath(new URL('../db/migrations', import.meta.url))
    await applyMigrations(orm, { migrationsFolder })
  })
