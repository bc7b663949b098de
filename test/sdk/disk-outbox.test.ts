import { appendFile, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { receiptDigest, receiptIdOf } from '#receipt/id.ts'
import { createDiskStore } from '../../sdk/src/outbox/disk-store.ts'
import { createCounterfoil } from '../../sdk/src/index.ts'
import { COUNT, kill, NOWHERE, untilSaid, diskOutboxForEach } from '../support/disk-outbox.ts'

const world = diskOutboxForEach()
const { keys, spawnSigner, start } = world

/** Ids of everything stored for this test's API key, and how often it was counted. */
async function stored(): Promise<{ ids: Set<string>; rows: number; used: number }> {
  const rows = await world.ledger.sql<{ jws: string }[]>`
    select jws from receipts where api_key = ${world.apiKey.id}`
  const { body } = await world.portal.call<{ used: number }>('GET', '/v1/usage', {
    token: world.apiKey.apiKey,
  })
  const ids = rows.map(({ jws }) => receiptIdOf(receiptDigest(jws)))
  return { ids: new Set(ids), rows: rows.length, used: body.used }
}

test('of 1,000 receipts signed by processes that are killed again and again, none is lost and none counts twice', async () => {
  const said = new Set<string>()
  for (let round = 0; said.size < COUNT; round++) {
    // So small a file is rewritten all the time, under load.
    const signer = spawnSigner({ prefix: `round ${round}`, rewriteBytes: 10_000 })
    await untilSaid(() => signer.ids().size >= 120 + 60 * round)
    await kill(signer.child)
    for (const id of signer.ids().values()) said.add(id)
  }
  expect(await start().flush()).toEqual({ waiting: 0, parked: 0 })
  const { ids, rows, used } = await stored()
  expect([...said].filter((id) => !ids.has(id))).toEqual([])
  expect(said.size).toBeGreaterThanOrEqual(COUNT)
  expect(used).toBe(rows)
  expect(ids.size).toBe(rows)
  await world.ledger.expectBalanced()
})

test('jobs signed once more after a crash have the same ids as before it, and no link is dead', async () => {
  // While the portal is away nothing arrives, so that all of it is to be told again.
  const first = spawnSigner({ portal: NOWHERE, jobs: true })
  await untilSaid(() => first.ids().size >= COUNT / 2)
  await kill(first.child)
  const before = first.ids()

  const second = spawnSigner({ jobs: true })
  await untilSaid(() => second.said.includes('signed'))
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
  const before = createCounterfoil({
    ...keys(),
    portal: NOWHERE,
    outbox: createDiskStore(world.file),
  })
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
  const before = createCounterfoil({
    ...keys(),
    portal: NOWHERE,
    outbox: createDiskStore(world.file),
  })
  const { receiptId } = await before.sign({ output: 'whole' })
  await before.sign({ output: 'torn' })
  await before.close({ timeoutMs: 0 })
  const bytes = await readFile(world.file)
  const begin = bytes.lastIndexOf('\n', bytes.length - 2) + 1
  for (let end = begin; end < bytes.length - 1; end += 37) {
    await writeFile(world.file, bytes.subarray(0, end))
    const store = createDiskStore(world.file)
    expect((await store.open()).map((item) => item.receiptId)).toEqual([receiptId])
    await store.close()
  }
})

test('what is written after a torn line is whole', async () => {
  const store = createDiskStore(world.file)
  await store.open()
  await store.close()
  await appendFile(world.file, '{"add":{"receiptId":"rec_')
  const before = start({ portal: NOWHERE })
  const { receiptId } = await before.sign({ output: 'after' })
  await before.close({ timeoutMs: 0 })
  const after = createDiskStore(world.file)
  expect((await after.open()).map((item) => item.receiptId)).toEqual([receiptId])
  await after.close()
})

test('a file that is no outbox is left as it is', async () => {
  const mine = join(world.folder, 'letter.txt')
  await writeFile(mine, 'Dear Ada,\n')
  await expect(
    start({ outbox: createDiskStore(mine) }).sign({ output: 'x' }),
  ).rejects.toMatchObject({ code: 'outbox_unusable' })
  expect(await readFile(mine, 'utf8')).toBe('Dear Ada,\n')
})

test('the file is its owner’s alone, and small again when all has arrived', async () => {
  const counterfoil = start({ outbox: createDiskStore(world.file, { rewriteBytes: 10_000 }) })
  for (let round = 0; round < 5; round++) {
    await Promise.all(
      Array.from({ length: 40 }, (_, i) => counterfoil.sign({ output: `${round} ${i}` })),
    )
    await counterfoil.flush()
  }
  const { mode, size } = await stat(world.file)
  expect(mode & 0o777).toBe(0o600)
  expect(size).toBeLessThan(80_000)
})

test('what the portal refuses for good is kept beside it with the reason', async () => {
  const wrong = start({ issuer: 'somebody-else' })
  const { delivery, receipt, receiptId } = await wrong.sign({ output: 'x' })
  expect(await delivery).toMatchObject({ state: 'refused', problem: { code: 'issuer_mismatch' } })
  const line = JSON.parse(await readFile(`${world.file}.refused`, 'utf8')) as object
  expect(line).toMatchObject({
    item: { receiptId, item: { receipt } },
    problem: { status: 403, code: 'issuer_mismatch' },
  })
})
