import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { receiptDigest, receiptIdOf } from '#receipt/id.ts'
import { createDiskStore } from '../../sdk/src/outbox/disk-store.ts'
import { createCounterfoil } from '../../sdk/src/index.ts'
import { kill, linesOf, untilSaid } from '../support/disk-outbox.ts'
import { makeKeyPair } from '../support/key-pair.ts'
import {
  problem,
  refuse,
  startScriptedPortal,
  storeAll,
  stored,
  type ScriptedPortal,
} from '../support/scripted-portal.ts'

const program = resolve(import.meta.dirname, '../../build/test/sign-until-full.mjs')
const { privateKey: signingKey, privateJwk } = makeKeyPair()
const idOf = (receipt: string): string => receiptIdOf(receiptDigest(receipt))

let portal: ScriptedPortal
let folder: string
let file: string
const children: ChildProcess[] = []

beforeAll(() =>
  build({
    entryPoints: [resolve(import.meta.dirname, '../support/sign-until-full.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
  }),
)

beforeEach(async () => {
  portal = await startScriptedPortal()
  folder = await mkdtemp(join(tmpdir(), 'counterfoil-full-'))
  file = join(folder, 'outbox.jsonl')
})

afterEach(async () => {
  for (const child of children.splice(0)) await kill(child)
  await portal.close()
  await rm(folder, { recursive: true, force: true })
})

const keys = () => ({
  portal: portal.origin,
  issuer: 'acme',
  apiKey: 'cfl_test_key',
  signingKey,
})

/** Streams and signs where no file may be longer than 32 kB, which needs no disk of its own. */
function spawnOnSmallDisk(): { child: ChildProcess; said: string[]; ids: () => string[] } {
  const told = { ...keys(), signingKey: privateJwk, file }
  const child = spawn(
    'sh',
    ['-c', 'ulimit -f 64; exec "$0" "$@"', process.execPath, program, JSON.stringify(told)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  children.push(child)
  const said = linesOf(child)
  const ids = () => said.flatMap((line) => /^\d+ (rec_\w+)$/.exec(line)?.[1] ?? [])
  return { child, said, ids }
}

const disturbed = (said: string[]) => said.filter((line) => line.startsWith('disturbed'))

test('on a full disk streams are what they were, an error says so, and what was acknowledged arrives', async () => {
  portal.otherwise = () => refuse(503, 'unavailable')
  const { child, said, ids } = spawnOnSmallDisk()
  await untilSaid(() => said.includes('full'))
  const arrived = new Set<string>()
  portal.otherwise = (asked) => {
    for (const { receipt } of asked.receipts) arrived.add(idOf(receipt))
    return storeAll(asked)
  }
  await once(child, 'close')
  expect(disturbed(said)).toEqual([])
  expect(said).toContain('error outbox_unusable')
  // What waited has arrived, and that alone made room again.
  expect(said).toContain('flushed 0')
  expect(said).toContain('room again')
  expect(said.at(-1)).toBe('closed')
  expect(ids().length).toBeGreaterThan(20)
  // Neither is one missing, nor did one go out that nobody was told of.
  expect([...arrived].sort()).toEqual(ids().sort())
})

test('what was acknowledged before the disk was full is there for the next process', async () => {
  portal.otherwise = () => refuse(503, 'unavailable')
  const { child, said, ids } = spawnOnSmallDisk()
  await untilSaid(() => said.includes('full'))
  await kill(child)
  const next = createDiskStore(file)
  const left = (await next.open()).map(({ receiptId }) => receiptId)
  await next.close()
  expect(left).toEqual(ids())
})

test('where no new file can be made any more, the outbox goes on with the one it has', async () => {
  const errors: string[] = []
  const counterfoil = createCounterfoil({
    ...keys(),
    outbox: createDiskStore(file, { rewriteBytes: 1_000 }),
    onError: ({ code }) => errors.push(code),
  })
  await counterfoil.sign({ output: 'first' })
  // As in a folder that became read-only, for whoever runs this: a superuser may write there.
  await mkdir(`${file}.next`)
  await mkdir(`${file}.refused`)
  for (let i = 0; i < 10; i++) {
    await counterfoil.sign({ output: `answer ${i}` })
    await counterfoil.flush()
  }
  expect(errors).toEqual([])

  portal.otherwise = ({ receipts }) => ({
    status: 200,
    json: {
      results: receipts.map(({ receipt }, i) =>
        i === 0 ? problem(422, 'signing_key_revoked') : stored(receipt),
      ),
    },
  })
  portal.script.push(() => refuse(503, 'unavailable'))
  const { receiptId, delivery } = await counterfoil.sign({ output: 'refused' })
  const beside = await counterfoil.sign({ output: 'stored' })
  await counterfoil.flush()
  expect((await delivery).state).toBe('refused')
  expect((await beside.delivery).state).toBe('stored')
  expect(errors).toEqual(['outbox_unusable'])
  await counterfoil.close()
  // It could not be set aside: so it stays, and no other does.
  expect(await readFile(file, 'utf8')).toContain(`"add":{"receiptId":"${receiptId}"`)
  await rm(`${file}.next`, { recursive: true })
  const next = createDiskStore(file)
  expect((await next.open()).map((item) => item.receiptId)).toEqual([receiptId])
  await next.close()
})
