import { fileURLToPath } from 'node:url'
import { migrate as applyMigrations } from 'drizzle-orm/postgres-js/migrator'
import { connectOnce } from './client.server.ts'
import type { Connection } from './connection.ts'

/** Any number that no other program on the same server is likely to lock. */
const LOCK = 7_302_611_425

/** Brings the tables up to this version. Processes that start together wait for the first of them. */
export async function migrate(connection: Connection): Promise<void> {
  const { client, orm } = connectOnce(connection)
  try {
    await client`select pg_advisory_lock(${LOCK})`
    // The same place from db/ and from the bundle in build/.
    const migrationsFolder = fileURLToPath(new URL('../db/migrations', import.meta.url))
    await applyMigrations(orm, { migrationsFolder })
  } finally {
    await client.end({ timeout: 1 })
  }
}
