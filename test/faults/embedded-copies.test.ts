import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { type Connection, type Embedded, startEmbedded } from '#db/embedded.server.ts'
import { StartError } from '#db/start-error.ts'
import { openSql } from '../support/sql.ts'

const cleanups: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const remove = (folder: string) => rm(folder, { recursive: true, force: true, maxRetries: 20 })

async function start(dataDir: string): Promise<Embedded> {
  const embedded = await startEmbedded({ dataDir, durable: false })
  cleanups.push(() => embedded.stop())
  return embedded
}

async function ask(connection: Connection, text: string): Promise<object[]> {
  const sql = openSql(connection)
  try {
    return await sql.run<object>(text, [])
  } finally {
    await sql.end()
  }
}

async function refusal(dataDir: string): Promise<string> {
  const error = await start(dataDir).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(StartError)
  return (error as StartError).message
}

/** Rights and owners too. */
const copy = (from: string, to: string) => execFileSync('cp', ['-a', from, to])

/**
 * A data folder whose database lies elsewhere, as root's does, with one row in it. Another user's is
 * moved away here.
 */
async function makeWorld() {
  const root = await mkdtemp(join(tmpdir(), 'cfl-copies-'))
  cleanups.push(() => remove(root))
  const dataDir = join(root, 'data')
  const first = await startEmbedded({ dataDir, durable: false })
  await ask(first.connection, 'create table notes (text text)')
  await ask(first.connection, `insert into notes values ('kept')`)
  await first.stop()
  let { home } = first
  if (home.startsWith(dataDir)) {
    await rename(home, (home = join(root, 'home')))
    await writeFile(join(dataDir, 'postgres.home'), `${home}\n`)
    await (await startEmbedded({ dataDir, durable: false })).stop()
  }
  cleanups.push(() => remove(home))
  return { root, dataDir, home, copied: join(root, 'copy') }
}

const KEPT = [{ text: 'kept' }]

test('13.17: a copy of a data folder is refused in a sentence, and the original goes on', async () => {
  const { dataDir, copied, home } = await makeWorld()
  copy(dataDir, copied)
  const original = await start(dataDir)
  const server = original.processId()
  for (let i = 0; i < 2; i++) {
    const message = await refusal(copied)
    expect(message).toContain(`${copied} is a copy of ${dataDir}, whose database is in ${home}`)
    expect(message).toContain('postgres.home')
    expect(message.split('\n')).toHaveLength(1)
  }
  expect(await ask(original.connection, 'select * from notes')).toEqual(KEPT)
  expect(original.processId()).toBe(server)
  // Nor may the copy take the database while the original rests.
  await original.stop()
  expect(await refusal(copied)).toContain('is a copy of')
})

test('13.17: a copy does as the sentence says, and both have a database of their own', async () => {
  const { dataDir, copied, home } = await makeWorld()
  copy(dataDir, copied)
  copy(home, `${home}-copy`)
  cleanups.push(() => remove(`${home}-copy`))
  await writeFile(join(copied, 'postgres.home'), `${home}-copy\n`)
  const [original, second] = [await start(dataDir), await start(copied)]
  await ask(second.connection, `update notes set text = 'of the copy'`)
  expect(await ask(original.connection, 'select * from notes')).toEqual(KEPT)
  await second.stop()
  const again = await start(copied)
  expect(await ask(again.connection, 'select * from notes')).toEqual([{ text: 'of the copy' }])
})

test('13.17: a data folder that was moved, or whose original is gone, keeps its database', async () => {
  const { dataDir, copied, home } = await makeWorld()
  await rename(dataDir, copied)
  const moved = await start(copied)
  expect(moved.home).toBe(home)
  expect(await ask(moved.connection, 'select * from notes')).toEqual(KEPT)
  await moved.stop()
  // It is the owner now, also where something stands at its old place.
  copy(copied, dataDir)
  expect(await refusal(dataDir)).toContain(`is a copy of ${copied}`)
})

test('13.17: the lock is on the database: a second way to it takes nothing from a living portal', async () => {
  const { dataDir, copied, home } = await makeWorld()
  copy(dataDir, copied)
  const original = await start(dataDir)
  const server = original.processId()
  // As an earlier release left it: nothing tells who owns the database.
  await rm(join(home, 'belongs-to'), { force: true })
  expect(await refusal(copied)).toContain(`Another portal (process ${process.pid})`)
  expect(original.processId()).toBe(server)
  expect(await ask(original.connection, 'select * from notes')).toEqual(KEPT)
})

test('13.17: a copy of a folder whose portal was running says so', async () => {
  const { dataDir, copied } = await makeWorld()
  const original = await start(dataDir)
  copy(dataDir, copied)
  expect(await refusal(copied)).toContain(`was copied from ${dataDir} while its portal`)
  expect(await ask(original.connection, 'select * from notes')).toEqual(KEPT)
})

test('13.21: a cleaner of temporary files that takes the socket’s folder away does no lasting harm', async () => {
  const { dataDir } = await makeWorld()
  const embedded = await start(dataDir)
  const folder = embedded.connection.host
  for (let i = 0; i < 2; i++) {
    await remove(folder)
    await vi.waitFor(
      async () => {
        expect(await ask(embedded.connection, 'select * from notes')).toEqual(KEPT)
      },
      { timeout: 20_000, interval: 50 },
    )
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
  }
  const noted = await readFile(join(embedded.home, 'socket'), 'utf8')
  expect(noted.trim()).toBe(folder)
})
