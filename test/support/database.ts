import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { inject } from 'vitest'
import type { TestProject } from 'vitest/node'
import { type Connection, type Embedded, startEmbedded } from '#db/embedded.server.ts'
import { openSql } from './sql.ts'

declare module 'vitest' {
  interface ProvidedContext {
    cluster: Connection
  }
}

const TEMPLATE = 'template_migrated'

/** One cluster for the whole run, whichever projects need it; the last of them stops it. */
type Shared = { users: number; cluster?: Promise<{ embedded: Embedded; dataDir: string }> }
const shared: Shared = ((globalThis as Record<symbol, unknown>)[
  Symbol.for('counterfoil.test.cluster')
] ??= { users: 0 }) as Shared

/** Vitest's global setup. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  shared.users++
  const { embedded, dataDir } = await (shared.cluster ??= startCluster())
  project.provide('cluster', embedded.connection)
  return async () => {
    if (--shared.users > 0) return
    delete shared.cluster
    await embedded.stop()
    await removeCluster(embedded.home, dataDir)
  }
}

async function startCluster(): Promise<{ embedded: Embedded; dataDir: string }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'counterfoil-test-'))
  // Thrown away at the end, so nothing has to survive a crash; tests of durability start their own.
  const embedded = await startEmbedded({ dataDir, durable: false })
  try {
    await makeTemplate(embedded.connection)
  } catch (error) {
    await embedded.stop()
    throw error
  }
  return { embedded, dataDir }
}

/** As root the cluster isn't in the data folder, so both have to go. */
export async function removeCluster(home: string, dataDir: string): Promise<void> {
  await rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
  await rm(dataDir, { recursive: true, force: true })
}

/** Migrations run once, in the database that every test's own is copied from. */
async function makeTemplate(cluster: Connection): Promise<void> {
  await execute(cluster, `CREATE DATABASE ${TEMPLATE}`)
  const file = join(import.meta.dirname, '..', '..', 'db', 'migrate.ts')
  if (!existsSync(file)) return
  const { migrate } = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as {
    migrate: (connection: Connection) => Promise<void>
  }
  await migrate({ ...cluster, database: TEMPLATE })
}

export type FreshDatabase = { connection: Connection; drop: () => Promise<void> }

/** An empty, migrated database of the caller's own; call it once per test file. */
export const freshDatabase = (): Promise<FreshDatabase> => createDatabase(TEMPLATE)

/** A database without tables, for tests of the migrations themselves. */
export const emptyDatabase = (): Promise<FreshDatabase> => createDatabase('template0')

async function createDatabase(template: string): Promise<FreshDatabase> {
  const cluster = inject('cluster')
  const database = `test_${randomBytes(6).toString('hex')}`
  await execute(cluster, `CREATE DATABASE ${database} TEMPLATE ${template}`)
  return {
    connection: { ...cluster, database },
    drop: () => dropDatabase(cluster, database),
  }
}

/**
 * FORCE ends everybody's connections but a superuser's, and autovacuum is one: only a plain DROP
 * sends that away, and waits for it.
 */
async function dropDatabase(cluster: Connection, database: string): Promise<void> {
  try {
    await execute(cluster, `DROP DATABASE ${database} WITH (FORCE)`)
  } catch (error) {
    if ((error as { code?: string }).code !== '42501') throw error
    await execute(cluster, `DROP DATABASE ${database}`)
  }
}

async function execute(connection: Connection, statement: string): Promise<void> {
  const sql = openSql(connection)
  try {
    for (let attempt = 0; ; attempt++) {
      try {
        await sql.unsafe(statement)
        return
      } catch (error) {
        // object_in_use: a connection to the template, ended a moment ago, is still leaving; or
        // another worker is copying it.
        const isBusy = (error as { code?: string }).code === '55006'
        if (!isBusy || attempt >= 100) throw error
        await new Promise((resume) => setTimeout(resume, 50))
      }
    }
  } finally {
    await sql.end()
  }
}
