import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
import { migrate as applyMigrations } from 'drizzle-orm/node-postgres/migrator'
import { withConnection, type Orm } from './client.server.ts'
import type { Connection } from './connection.ts'
import { StartError } from './start-error.ts'

/** Any number that no other program on the same server is likely to lock. */
const LOCK = 7_302_611_425

const VERSION_MIN = 15

async function refuseOld(orm: Orm): Promise<void> {
  const { rows } = await orm.execute<{ server_version: string }>(sql`show server_version`)
  const version = rows[0]!.server_version
  if (Number.parseInt(version, 10) < VERSION_MIN)
    throw new StartError(
      `The database of DATABASE_URL is Postgres ${version}: give the portal ${VERSION_MIN} or newer.`,
    )
}

/** Brings the tables up to this version. Processes that start together wait for the first of them. */
export const migrate = (connection: Connection): Promise<void> =>
  withConnection(connection, async (orm) => {
    await refuseOld(orm)
    await orm.execute(sql`select pg_advisory_lock(${LOCK})`)
    // The same place from db/ and from the bundle in build/.
    const migrationsFolder = fileURLToPath(new URL('../db/migrations', import.meta.url))
    await applyMigrations(orm, { migrationsFolder })
  })
