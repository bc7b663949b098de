import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { receiptDigest, receiptIdOf } from '#receipt/id.ts'
import { createDiskStore } from '../../sdk/src/disk-store.ts'
import { createCounterfoil, type Counterfoil } from '../../sdk/src/index.ts'
import type { CounterfoilOptions } from '../../sdk/src/index.ts'
import { freshDatabase } from '../support/database.ts'
import { openLedger, type Ledger } from '../support/ledger.ts'
import { startPortal, type Portal } from '../support/portal.ts'
import type { SignMany } from '../support/sign-many.ts'
import { createApiKey, createService, type ApiKeyAnswer, type Service } from '../support/world.ts'

const program = resolve(import.meta.dirname, '../../build/test/sign-many.mjs')
const NOWHERE = 'http://127.0.0.1:9'
const COUNT = 1_000

let portal: Portal
let ledger: Ledger
let service: Service
let drop: () => Promise<void>
let apiKey: ApiKeyAnswer
let folder: string
let file: string
const children: ChildProcess[] = []
const opened: Counterfoil[] = []

beforeAll(async () => {
  await build({
    entryPoints: [resolve(import.meta.dirname, '../support/sign-many.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
  })
  const database = await freshDatabase()
  drop = () => database.drop()
  portal = await startPortal(database.connection)
  ledger = openLedger(database.connection)
  service = await createService(portal)
})

afterAll(async () => {
  await ledger.close()
  await portal.stop()
  await drop()
})

beforeEach(async () => {
  apiKey = await createApiKey(portal, service.slug)
  folder = await mkdtemp(join(tmpdir(), 'counterfoil-outbox-'))
  file = join(folder, 'deeper', 'outbox.jsonl')
})

afterEach(async () => {
  for (const one of opened.splice(0)) await one.close()
  for (const child of children.splice(0)) await kill(child)
  await rm(folder, { recursive: true, force: true })
})

const keys = () => ({
  portal: portal.origin,
  issuer: service.slug,
  apiKey: apiKey.apiKey,
  signingKey: JSON.stringify(service.signer.privateJwk),
})

/** A service in this process on the same file. */
function start(options: Partial<CounterfoilOptions> = {}): Counterfoil {
  const made = createCounterfoil({ ...keys(), outbox: createDiskStore(file), ...options })
  opened.push(made)
  return made
}

/** One in a process of its own; `said` has its lines so far. */
function spawnSigner(told: Partial<SignMany> = {}) {
  const all: SignMany = {
    ...keys(),
    file,
    rewriteBytes: 8_000_000,
    prefix: 'answer',
    count: COUNT,
    jobs: false,
    ...told,
  }
  const child = spawn(process.execPath, [program, JSON.stringify(all)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  const said: string[] = []
  let rest = ''
  child.stdout.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n')
    rest = lines.pop()!
    said.push(...lines)
  })
  return {
    child,
    said,
    /** Ids by number; only whole lines were said. */
    ids: () => new Map(said.filter((line) => line.includes(' ')).map(readLine)),
  }
}

const readLine = (line: string): [number, string] => {
  const [i, id] = line.split(' ')
  return [Number(i), id!]
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'close')
  child.kill('SIGKILL')
  await gone
}

async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 4_000 && !condition(); turn++)
    await new Promise((resume) => setTimeout(resume, 5))
  expect(condition()).toBe(true)
}

/** Ids of everything stored for this test's API key, and how often it was counted. */
async function stored(): Promise<{ ids: Set<string>; rows: number; used: number }> {
  const rows = await ledger.sql<{ jws: string }[]>`
    select jws from receipts where api_key = ${apiKey.id}`
  const { body } = await portal.call<{ used: number }>('GET', '/v1/usage', { token: apiKey.apiKey })
  const ids = rows.map(({ jws }) => receiptIdOf(receiptDigest(jws)))
  return { ids: new Set(ids), rows: rows.length, used: body.used }
}

test('of 1,000 receipts signed by processes that are killed again and again, none is lost and none counts twice', async () => {
  const said = new Set<string>()
  for (let round = 0; said.size < COUNT; round++) {
    // So small a file is rewritten all the time, under load.
    const signer = spawnSigner({ prefix: `round ${round}`, rewriteBytes: 10_000 })
    await until(() => signer.ids().size >= 120 + 60 * round)
    await kill(signer.child)
    for (const id of signer.ids().values()) said.add(id)
  }
  expect(await start().flush()).toEqual({ waiting: 0, parked: 0 })
  const { ids, rows, used } = await stored()
  expect([...said].filter((id) => !ids.has(id))).toEqual([])
  expect(said.size).toBeGreaterThanOrEqual(COUNT)
  expect(used).toBe(rows)
  expect(ids.size).toBe(rows)
  await ledger.expectBalanced()
})

test('jobs signed once more after a crash have the same ids as before it, and no link is dead', async () => {
  // While the portal is away nothing arrives, so that all of it is to be told again.
  const first = spawnSigner({ portal: NOWHERE, jobs: true })
  await until(() => first.ids().size >= COUNT / 2)
  await kill(first.child)
  const before = first.ids()

  const second = spawnSigner({ jobs: true })
  await until(() => second.said.includes('signed'))
  await kill(second.child)
  expect(await start().flush()).toEqual({ waiting: 0, parked: 0 })
  const { ids, rows, used } = await stored()
  // Those of the first process had not all arrived when they were signed again: a job that had
  // arrived by then has its receipt, and the second signing was told so.
  for (const id of before.values()) expect(ids.has(id)).toBe(true)
  expect(rows).toBe(COUNT)
  expect(used).toBe(COUNT)
})

test('a job whose receipt waits on disk is given that receipt by the next process', async () => {
  const before = createCounterfoil({ ...keys(), portal: NOWHERE, outbox: createDiskStore(file) })
  const { receiptId } = await before.sign({ output: 'the same', jobId: 'job' })
  await before.close({ timeoutMs: 0 })
  const again = await start({ now: () => Date.now() + 5_000 }).sign({
    output: 'the same',
    jobId: 'job',
  })
  expect(again.receiptId).toBe(receiptId)
  expect((await again.delivery).state).toBe('stored')
})

test('a last line that was cut off is taken for what it is, at every length', async () => {
  const before = createCounterfoil({ ...keys(), portal: NOWHERE, outbox: createDiskStore(file) })
  const { receiptId } = await before.sign({ output: 'whole' })
  await before.sign({ output: 'torn' })
  await before.close({ timeoutMs: 0 })
  const bytes = await readFile(file)
  const begin = bytes.lastIndexOf('\n', bytes.length - 2) + 1
  for (let end = begin; end < bytes.length - 1; end += 37) {
    await writeFile(file, bytes.subarray(0, end))
    const store = createDiskStore(file)
    expect((await store.open()).map((item) => item.receiptId)).toEqual([receiptId])
    await store.close()
  }
})

test('what is written after a torn line is whole', async () => {
  const store = createDiskStore(file)
  await store.open()
  await store.close()
  await appendFile(file, '{"add":{"receiptId":"rec_')
  const { receiptId } = await start({ portal: NOWHERE }).sign({ output: 'after' })
  await opened.pop()!.close({ timeoutMs: 0 })
  const after = createDiskStore(file)
  expect((await after.open()).map((item) => item.receiptId)).toEqual([receiptId])
  await after.close()
})

test('two processes on one file: the second is told, and goes on when the first has ended', async () => {
  const first = spawnSigner({ count: 1 })
  await until(() => first.said.includes('signed'))
  const errors: string[] = []
  const second = start({ onError: ({ code }) => errors.push(code) })
  await expect(second.sign({ output: 'x' })).rejects.toMatchObject({
    code: 'outbox_in_use',
    message: expect.stringContaining(`Process ${first.child.pid ?? 0} uses`) as string,
  })
  expect(errors).toEqual(['outbox_in_use'])
  // A stream goes on, without a receipt.
  const stream = second.tap(new Blob(['x']).stream())
  expect(await new Response(stream).text()).toBe('x')
  expect(await stream.receipt).toBe(null)

  const third = spawnSigner({ count: 1 })
  await until(() => third.said.includes('outbox_in_use'))

  await kill(first.child)
  expect((await (await second.sign({ output: 'y' })).delivery).state).toBe('stored')
})

test('one process opens a file once', async () => {
  await start().sign({ output: 'x' })
  await expect(start().sign({ output: 'y' })).rejects.toMatchObject({ code: 'outbox_in_use' })
})

test.each([
  ['of a process that is no more', { pid: 4_194_303, began: null, host: hostname() }, true],
  [
    'of an earlier process of our number',
    { pid: process.pid, began: null, host: hostname() },
    true,
  ],
  ['of a number that another has now', { pid: 1, began: 'a boot before', host: hostname() }, true],
  ['that is damaged', 'x', true],
  ['of a process that is alive', { pid: process.ppid, began: null, host: hostname() }, false],
  ['of another container that showed itself', { pid: 1, began: null, host: 'other' }, false],
])('a lock %s', async (_whose, owner, isStale) => {
  const store = createDiskStore(file)
  await store.open()
  await store.close()
  await writeFile(`${file}.lock`, JSON.stringify(owner))
  const next = createDiskStore(file)
  if (isStale) expect(await next.open()).toEqual([])
  else await expect(next.open()).rejects.toMatchObject({ code: 'outbox_in_use' })
  await next.close()
})

test('of many that find a stale lock in the same moment one gets the file', async () => {
  const store = createDiskStore(file)
  await store.open()
  await store.close()
  await writeFile(`${file}.lock`, JSON.stringify({ pid: 4_194_303, began: null, host: hostname() }))
  const signers = Array.from({ length: 6 }, (_, i) => spawnSigner({ count: 1, prefix: `${i}` }))
  await until(() => signers.every(({ said }) => said.length > 0))
  expect(signers.filter(({ said }) => said.includes('outbox_in_use'))).toHaveLength(5)
  expect(signers.filter(({ said }) => said.includes('signed'))).toHaveLength(1)
})

test('a file that is no outbox is left as it is', async () => {
  const mine = join(folder, 'letter.txt')
  await writeFile(mine, 'Dear Ada,\n')
  await expect(
    start({ outbox: createDiskStore(mine) }).sign({ output: 'x' }),
  ).rejects.toMatchObject({ code: 'outbox_unusable' })
  expect(await readFile(mine, 'utf8')).toBe('Dear Ada,\n')
})

test('the file is its owner’s alone, and small again when all has arrived', async () => {
  const counterfoil = start({ outbox: createDiskStore(file, { rewriteBytes: 10_000 }) })
  for (let round = 0; round < 5; round++) {
    await Promise.all(
      Array.from({ length: 40 }, (_, i) => counterfoil.sign({ output: `${round} ${i}` })),
    )
    await counterfoil.flush()
  }
  const { mode, size } = await stat(file)
  expect(mode & 0o777).toBe(0o600)
  expect(size).toBeLessThan(80_000)
})

test('what the portal refuses for good is kept beside it with the reason', async () => {
  const wrong = start({ issuer: 'somebody-else' })
  const { delivery, receipt, receiptId } = await wrong.sign({ output: 'x' })
  expect(await delivery).toMatchObject({ state: 'refused', problem: { code: 'issuer_mismatch' } })
  const line = JSON.parse(await readFile(`${file}.refused`, 'utf8')) as object
  expect(line).toMatchObject({
    item: { receiptId, item: { receipt } },
    problem: { status: 403, code: 'issuer_mismatch' },
  })
})
