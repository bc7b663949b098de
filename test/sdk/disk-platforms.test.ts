import { existsSync } from 'node:fs'
import * as fsPromises from 'node:fs/promises'
import { mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { OutboxItem } from '../../sdk/src/outbox/delivery.ts'
import { createDiskStore } from '../../sdk/src/outbox/disk-store.ts'

// What Deno's node:fs and node:process do otherwise than Node's, as Deno 2.9.6 was seen to do it.
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof fsPromises>()
  const open: typeof real.open = (path, flags, mode) => {
    const { O_APPEND, O_CREAT, O_TRUNC } = real.constants
    if (typeof flags === 'number' && flags & O_APPEND && flags & (O_CREAT | O_TRUNC))
      return Promise.reject(
        new TypeError('creating or truncating a file requires write or append access'),
      )
    return real.open(path, flags, mode)
  }
  return { ...real, open }
})

let folder: string
let file: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'counterfoil-disk-'))
  file = join(folder, 'outbox.jsonl')
})

afterEach(async () => {
  vi.restoreAllMocks()
  await rm(folder, { recursive: true, force: true })
})

const item = (receiptId: string): OutboxItem => ({
  receiptId,
  jobId: null,
  item: { receipt: `jws of ${receiptId}`, visibility: 'private' },
})

test('the disk outbox opens its files in the ways that Deno has, too', async () => {
  const store = createDiskStore(file)
  expect(await store.open()).toEqual([])
  await store.add(item('rec_1'))
  await store.close()
  // What a crash between writing and renaming leaves behind.
  await writeFile(`${file}.next`, 'half of an older fi', { mode: 0o644 })
  const next = createDiskStore(file)
  expect(await next.open()).toEqual([item('rec_1')])
  await next.add(item('rec_2'))
  await next.close()
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(await readFile(file, 'utf8')).not.toContain('half of an older')
  const last = createDiskStore(file)
  expect(await last.open()).toEqual([item('rec_1'), item('rec_2')])
  await last.close()
})

/** As in Deno without --allow-run. */
const forbidKill = (): void => {
  vi.spyOn(process, 'kill').mockImplementation(() => {
    const error = new Error('Requires run access, run again with the --allow-run flag')
    throw Object.assign(error, { name: 'NotCapable' })
  })
}

test('an owner that may not be looked for has the outbox for as long as it shows signs of life', async () => {
  const lock = `${file}.lock`
  await writeFile(lock, JSON.stringify({ pid: process.ppid, began: null, host: hostname() }))
  forbidKill()
  await expect(createDiskStore(file).open()).rejects.toMatchObject({ code: 'outbox_in_use' })
  const longAgo = new Date(Date.now() - 11_000)
  await utimes(lock, longAgo, longAgo)
  const store = createDiskStore(file)
  expect(await store.open()).toEqual([])
  await store.close()
  expect(existsSync(lock)).toBe(false)
})
