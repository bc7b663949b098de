import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { build } from 'esbuild'
import { afterEach, beforeAll, expect, test, vi } from 'vitest'
import { type Connection, type Embedded, startEmbedded } from '#db/embedded.server.ts'
import { findProcess } from '#db/embedded/process-table.ts'
import { StartError } from '#db/start-error.ts'
import { openSql, type Sql } from '../support/sql.ts'

const holder = resolve(import.meta.dirname, '../../build/test/hold-embedded.mjs')
const cleanups: (() => Promise<void>)[] = []

beforeAll(async () => {
  await build({
    entryPoints: [resolve(import.meta.dirname, '../support/hold-embedded.ts')],
    outfile: holder,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
  })
})

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** Only for its owner, as the home of root is. */
async function dataFolder(...deeper: string[]): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'cfl-'))
  const dataDir = join(root, ...deeper, 'data')
  cleanups.push(async () => {
    const noted = await readFile(join(dataDir, 'postgres.home'), 'utf8').catch(() => '')
    // A server that was told to end a moment ago may still write its last files.
    const away = { recursive: true, force: true, maxRetries: 20 }
    if (noted.trim()) await rm(resolve(dataDir, noted.trim()), away)
    await rm(root, away)
  })
  return dataDir
}

async function start(dataDir: string, said: string[] = []): Promise<Embedded> {
  const embedded = await startEmbedded({ dataDir, log: (line) => said.push(line) })
  cleanups.push(() => embedded.stop())
  return embedded
}

async function ask<T>(connection: Connection, work: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = openSql(connection)
  try {
    return await work(sql)
  } finally {
    await sql.end()
  }
}

const countNotes = (sql: Sql) => sql<{ n: string }[]>`SELECT count(*) AS n FROM notes`
const writeNote = (sql: Sql) => sql`INSERT INTO notes VALUES ('kept')`

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  await vi.waitFor(async () => expect(await isSo()).toBe(true), { timeout: 15_000, interval: 10 })
}

function spawnHolder(dataDir: string): ChildProcess {
  // A group of its own, as a terminal gives one to what it runs.
  const child = spawn(process.execPath, [holder, dataDir], { detached: true, stdio: 'pipe' })
  cleanups.push(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
  })
  return child
}

async function readHeld(child: ChildProcess): Promise<{ connection: Connection; server: number }> {
  let said = ''
  for await (const chunk of child.stdout ?? []) {
    said += String(chunk)
    if (said.includes('\n')) break
  }
  return JSON.parse(said) as { connection: Connection; server: number }
}

async function refusal(dataDir: string): Promise<string> {
  const error: unknown = await start(dataDir).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(StartError)
  const { message } = error as StartError
  expect(message.split('\n')).toHaveLength(1)
  return message
}

test('a start gives a durable database that only its own user can reach, by socket and password', async () => {
  const embedded = await start(await dataFolder())
  const [row] = await ask(
    embedded.connection,
    (sql) => sql`
      SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS sync,
        current_setting('full_page_writes') AS pages, current_setting('listen_addresses') AS tcp,
        current_setting('server_encoding') AS encoding, inet_server_addr() AS address,
        (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS super`,
  )
  expect(row).toEqual({
    fsync: 'on',
    sync: 'on',
    pages: 'on',
    tcp: '',
    encoding: 'UTF8',
    address: null,
    super: false,
  })
  expect((await stat(embedded.connection.host)).mode & 0o777).toBe(0o700)
  const wrong = { ...embedded.connection, password: 'wrong' }
  await expect(ask(wrong, (sql) => sql`SELECT 1`)).rejects.toThrow('password authentication failed')
  const root = { ...embedded.connection, user: 'postgres' }
  await expect(ask(root, (sql) => sql`SELECT 1`)).rejects.toThrow('no pg_hba.conf entry')
})

test('the password is in one private file and neither in arguments, nor settings, nor the log', async () => {
  const dataDir = await dataFolder()
  const { connection, home, processId } = await start(dataDir)
  expect((await stat(join(dataDir, 'postgres.password'))).mode & 0o777).toBe(0o600)
  expect(connection.password).toHaveLength(32)
  const command = findProcess(processId() ?? 0)?.command ?? ''
  expect(command).toContain(home)
  const files = ['postgres.log', 'postgresql.conf', 'pg_hba.conf']
  const texts = await Promise.all(files.map((name) => readFile(join(home, name), 'utf8')))
  for (const text of [command, ...texts]) expect(text).not.toContain(connection.password)
})

test('a second start is quick and finds what was written', async () => {
  const dataDir = await dataFolder()
  const first = await start(dataDir)
  await ask(first.connection, (sql) => sql`CREATE TABLE notes (text text)`)
  await ask(first.connection, writeNote)
  await first.stop()
  expect(await readdir(dataDir)).not.toContain('portal.lock')

  const began = performance.now()
  const second = await start(dataDir)
  // Half a second is the promise on a free machine; this one runs other tests beside.
  expect(performance.now() - began).toBeLessThan(2000)
  expect(await ask(second.connection, countNotes)).toEqual([{ n: '1' }])
})

test('what was acknowledged is there after the portal is killed, and its Postgres does not stay', async () => {
  const dataDir = await dataFolder()
  const child = spawnHolder(dataDir)
  const held = await readHeld(child)
  await ask(held.connection, (sql) => sql`CREATE TABLE notes (text text)`)
  await ask(held.connection, writeNote)
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(findProcess(held.server)).toBeDefined()

  const said: string[] = []
  const next = await start(dataDir, said)
  expect(findProcess(held.server)).toBeUndefined()
  expect(said).toContain('stopped the database that an earlier portal left running')
  expect(await ask(next.connection, countNotes)).toEqual([{ n: '1' }])
  // Nor does the socket's folder of the killed one.
  await expect(stat(held.connection.host)).rejects.toThrow('ENOENT')
})

test('portal and Postgres killed together, the next start recovers what was acknowledged', async () => {
  const dataDir = await dataFolder()
  const child = spawnHolder(dataDir)
  const held = await readHeld(child)
  await ask(held.connection, (sql) => sql`CREATE TABLE notes (text text)`)
  await ask(held.connection, writeNote)
  child.kill('SIGKILL')
  process.kill(held.server, 'SIGKILL')
  await once(child, 'exit')
  const next = await start(dataDir)
  expect(await ask(next.connection, countNotes)).toEqual([{ n: '1' }])
})

test('a Postgres that is killed under a living portal comes back on the same socket', async () => {
  const embedded = await start(await dataFolder())
  await ask(embedded.connection, (sql) => sql`CREATE TABLE notes (text text)`)
  await ask(embedded.connection, writeNote)
  const before = embedded.processId() ?? 0
  process.kill(before, 'SIGKILL')
  await until(() => embedded.processId() !== undefined && embedded.processId() !== before)
  await until(() =>
    ask(embedded.connection, countNotes).then(
      (rows) => rows[0]?.n === '1',
      () => false,
    ),
  )
})

test('a Ctrl-C, which goes to the whole group, does not take the database from under the portal', async () => {
  const child = spawnHolder(await dataFolder())
  const held = await readHeld(child)
  process.kill(-(child.pid ?? 0), 'SIGINT')
  await sleep(300)
  const [row] = await ask(held.connection, (sql) => sql`SELECT 1 AS one`)
  expect(row).toEqual({ one: 1 })
  child.kill('SIGKILL')
  await once(child, 'exit')
  process.kill(held.server, 'SIGINT')
  await rm(held.connection.host, { recursive: true, force: true })
})

test('a second portal on one data folder gets one sentence and the first goes on', async () => {
  const dataDir = await dataFolder()
  const child = spawnHolder(dataDir)
  const held = await readHeld(child)
  const message = await refusal(dataDir)
  expect(message).toContain(`process ${child.pid ?? ''}`)
  expect(message).toContain('DATA_DIR')
  expect(await ask(held.connection, (sql) => sql`SELECT 1 AS one`)).toEqual([{ one: 1 }])
  child.kill('SIGKILL')
  await once(child, 'exit')
  await start(dataDir)
})

test('a lock and a pid file whose numbers belong to somebody else by now are no obstacle', async () => {
  const dataDir = await dataFolder()
  const first = await start(dataDir)
  await first.stop()
  // Both name this very process, which is alive and neither that portal nor that Postgres.
  await writeFile(join(dataDir, 'portal.lock'), `${process.pid} another-boot/1\n`)
  const stale = `${process.pid}\n${first.home}/cluster\n1\n5432\n/tmp\n\n  1 1\nready   \n`
  await writeFile(join(first.home, 'cluster', 'postmaster.pid'), stale)
  const second = await start(dataDir)
  expect(await ask(second.connection, (sql) => sql`SELECT 1 AS one`)).toEqual([{ one: 1 }])
})

test('a first start that is killed while the cluster is made leaves none, and the next makes it', async () => {
  const dataDir = await dataFolder()
  const child = spawnHolder(dataDir)
  const findHalf = async (): Promise<string | undefined> => {
    const shared = '/var/lib/counterfoil'
    const names = await readdir(shared).catch(() => [])
    for (const home of [join(dataDir, 'postgres'), ...names.map((name) => join(shared, name))]) {
      const owner = await readFile(join(home, 'belongs-to'), 'utf8').catch(() => '')
      if (!home.startsWith(dataDir) && owner.trim() !== dataDir) continue
      const inside = await readdir(home).catch(() => [])
      if (inside.some((name) => name.startsWith('cluster.new-'))) return home
    }
    return undefined
  }
  let half: string | undefined
  await until(async () => (half = await findHalf()) !== undefined)
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(await readdir(dataDir)).not.toContain('postgres.home')
  const embedded = await start(dataDir)
  expect(embedded.home).toBe(half)
  expect(await ask(embedded.connection, (sql) => sql`SELECT 1 AS one`)).toEqual([{ one: 1 }])
  const left = (await readdir(embedded.home)).filter((name) => name.startsWith('cluster.new-'))
  expect(left).toEqual([])
})

test('a data folder whose path is longer than a socket’s may be works', async () => {
  const embedded = await start(await dataFolder('a'.repeat(80), 'b'.repeat(80)))
  expect(embedded.connection.host.length).toBeLessThan(90)
  expect(await ask(embedded.connection, (sql) => sql`SELECT 1 AS one`)).toEqual([{ one: 1 }])
})

test('a data folder that can’t be made is one sentence that says what to do', async () => {
  const folder = await dataFolder()
  await writeFile(folder, 'a file where a folder should be')
  expect(await refusal(join(folder, 'data'))).toMatch(/can't be written .*DATA_DIR/)
})

test('a cluster that is gone is never silently replaced by an empty one', async () => {
  const dataDir = await dataFolder()
  const first = await start(dataDir)
  await first.stop()
  await rm(join(first.home, 'cluster'), { recursive: true })
  expect(await refusal(dataDir)).toContain('is gone')
})

test('a password that is gone is one sentence, and the data stays', async () => {
  const dataDir = await dataFolder()
  const first = await start(dataDir)
  await first.stop()
  await rm(join(dataDir, 'postgres.password'))
  expect(await refusal(dataDir)).toContain('postgres.password')
  expect(await readdir(join(first.home, 'cluster'))).toContain('PG_VERSION')
})

test('a data folder left by a start that failed early is used by the next', async () => {
  const dataDir = await dataFolder()
  await mkdir(dataDir, { mode: 0o700 })
  await writeFile(join(dataDir, 'portal.lock'), '')
  const embedded = await start(dataDir)
  expect(embedded.processId()).toBeGreaterThan(0)
})
