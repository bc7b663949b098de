import { writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { expect, test } from 'vitest'
import { createDiskStore } from '../../sdk/src/outbox/disk-store.ts'
import { kill, untilSaid, diskOutboxForEach } from '../support/disk-outbox.ts'

const world = diskOutboxForEach()
const { spawnSigner, start } = world

test('two processes on one file: the second is told, and goes on when the first has ended', async () => {
  const first = spawnSigner({ count: 1 })
  await untilSaid(() => first.said.includes('signed'))
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
  await untilSaid(() => third.said.includes('outbox_in_use'))

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
  const store = createDiskStore(world.file)
  await store.open()
  await store.close()
  await writeFile(`${world.file}.lock`, JSON.stringify(owner))
  const next = createDiskStore(world.file)
  if (isStale) expect(await next.open()).toEqual([])
  else await expect(next.open()).rejects.toMatchObject({ code: 'outbox_in_use' })
  await next.close()
})

test('of many that find a stale lock in the same moment one gets the file', async () => {
  const store = createDiskStore(world.file)
  await store.open()
  await store.close()
  await writeFile(
    `${world.file}.lock`,
    JSON.stringify({ pid: 4_194_303, began: null, host: hostname() }),
  )
  const signers = Array.from({ length: 6 }, (_, i) => spawnSigner({ count: 1, prefix: `${i}` }))
  await untilSaid(() => signers.every(({ said }) => said.length > 0))
  expect(signers.filter(({ said }) => said.includes('outbox_in_use'))).toHaveLength(5)
  expect(signers.filter(({ said }) => said.includes('signed'))).toHaveLength(1)
})
