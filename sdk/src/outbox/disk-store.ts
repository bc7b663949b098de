import { appendFile, mkdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { OutboxStore } from './delivery.ts'
import { createDiskFile } from './disk-file.ts'
import type { Line } from './disk-lines.ts'
import { lockFile, type DiskLock } from './disk-lock.ts'
import { asError, CounterfoilError } from '../errors.ts'
import { createWriteQueue } from './write-queue.ts'

const REWRITE_BYTES = 8 * 1024 * 1024

/**
 * Makes an outbox in one append-only file. A receipt is on the disk before its id is handed out: if
 * this process dies, the next process sends the receipt.
 *
 * One process at a time may use `path`, so give each process its own path. `sign` throws
 * `outbox_in_use` while another living process uses the file. The file holds receipts and public
 * content, so only its owner can read it. `<path>.refused` keeps the receipts that the portal
 * refuses for good, one line of JSON each with the reason; this package never reads that file.
 * `path` must be on a disk of this machine: locks and syncs are unreliable on some network file
 * systems.
 *
 * When lines of arrived receipts have more than `rewriteBytes` (8 MiB), the file is rewritten.
 *
 * @example
 * const counterfoil = createCounterfoil({ …, outbox: createDiskStore('data/outbox.jsonl') })
 */
export function createDiskStore(
  path: string,
  options: { rewriteBytes?: number | undefined } = {},
): OutboxStore {
  const file = resolve(path)
  const disk = createDiskFile(file, options.rewriteBytes ?? REWRITE_BYTES)
  const queue = createWriteQueue(append)
  let lock: DiskLock | null = null

  async function append(lines: Line[]): Promise<void> {
    if (lock?.isOurs() === false)
      throw new CounterfoilError('outbox_in_use', `Another process has taken the outbox ${file}.`)
    await disk.append(lines)
  }

  async function unlock(): Promise<void> {
    await lock?.release()
    lock = null
  }

  return {
    async open() {
      try {
        await mkdir(dirname(file), { recursive: true, mode: 0o700 })
        lock = await lockFile(`${file}.lock`, file)
        return await disk.open()
      } catch (error) {
        await disk.close().catch(() => undefined)
        await unlock()
        throw asError('outbox_unusable', `The outbox ${file} can’t be used`, error)
      }
    },
    async add(item) {
      try {
        await queue.write({ add: item })
      } catch (error) {
        throw asError('outbox_unusable', `The outbox ${file} can’t be written`, error)
      }
    },
    remove: (receiptIds) =>
      receiptIds.length === 0 ? Promise.resolve() : queue.write({ remove: receiptIds }),
    async setAside(refused) {
      const at = new Date().toISOString()
      const lines = refused.map((one) => `${JSON.stringify({ at, ...one })}\n`)
      await appendFile(`${file}.refused`, lines.join(''), { mode: 0o600, flush: true })
    },
    async close() {
      await queue.settled()
      await disk.close()
      await unlock()
    },
  }
}
