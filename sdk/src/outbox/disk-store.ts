import { appendFile, mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { OutboxItem, OutboxStore } from './delivery.ts'
import { readItems, writeHeader, writeLine, type Line } from './disk-lines.ts'
import { lockFile, type DiskLock } from './disk-lock.ts'
import { asError, CounterfoilError } from '../errors.ts'

/** Rewritten when this much of it is of receipts that have arrived. */
const REWRITE_BYTES = 8 * 1024 * 1024

interface Write {
  line: Line
  resolve: () => void
  reject: (error: unknown) => void
}

/**
 * An outbox in one append-only file: what `add` has resolved for is on the disk, so it is sent by the
 * next process if this one dies. Lines that were waiting together are written and synced together.
 *
 * `path` belongs to one process at a time; give each its own. Signing throws `outbox_in_use` while
 * another process that is alive has it. The file holds receipts, and content where it is sent along:
 * it is made readable for its owner only. What the portal refuses for good is kept, with its reason,
 * in `<path>.refused`, a line of JSON each; nothing reads that file but you. It needs a disk of this
 * machine: on some network file systems neither locks nor syncs are what they say.
 *
 * @example
 * const counterfoil = createCounterfoil({ …, outbox: createDiskStore('data/outbox.jsonl') })
 */
export function createDiskStore(
  path: string,
  options: { rewriteBytes?: number | undefined } = {},
): OutboxStore {
  const file = resolve(path)
  const rewriteBytes = options.rewriteBytes ?? REWRITE_BYTES
  /** What the file holds and has not arrived, and how long its line is. */
  const items = new Map<string, { item: OutboxItem; bytes: number }>()
  let lock: DiskLock | null = null
  let handle: FileHandle | null = null
  let deadBytes = 0
  /** A write failed: what the file's end looks like is not known. */
  let isTorn = false
  let queue: Write[] = []
  let writing: Promise<void> | null = null

  function write(line: Line): Promise<void> {
    return new Promise((resolve, reject) => {
      queue.push({ line, resolve, reject })
      writing ??= drain()
    })
  }

  async function drain(): Promise<void> {
    // One turn first, so that what is asked for in the same moment shares a sync.
    await Promise.resolve()
    while (queue.length > 0) {
      const batch = queue
      queue = []
      try {
        await append(batch.map(({ line }) => line))
        for (const one of batch) one.resolve()
      } catch (error) {
        for (const one of batch) one.reject(error)
      }
    }
    writing = null
  }

  async function append(lines: Line[]): Promise<void> {
    if (handle === null) throw new CounterfoilError('closed', 'The outbox was closed.')
    if (lock?.isOurs() !== true)
      throw new CounterfoilError('outbox_in_use', `Another process has taken the outbox ${file}.`)
    const texts = lines.map(writeLine)
    // Before anything is written: on a full disk this is what makes the file small enough again.
    for (const [i, line] of lines.entries()) if ('remove' in line) forget(line.remove, texts[i]!)
    // Half a line, or one whose sync failed, may be anything: only a new file is known to be right.
    if (isTorn) await (items.size === 0 ? empty() : rewrite())
    else if (deadBytes > rewriteBytes) await tidy()
    try {
      await handle.appendFile(texts.join(''))
      // What has arrived needs no sync: sent once more after a crash, it is a repeat to the portal.
      if (lines.some((line) => 'add' in line)) await handle.datasync()
    } catch (error) {
      isTorn = true
      throw error
    }
    for (const [i, line] of lines.entries())
      if ('add' in line) items.set(line.add.receiptId, { item: line.add, bytes: texts[i]!.length })
  }

  function forget(receiptIds: string[], text: string): void {
    deadBytes += text.length
    for (const id of receiptIds) {
      deadBytes += items.get(id)?.bytes ?? 0
      items.delete(id)
    }
  }

  /** Where nothing waits there is nothing to keep, and this needs no room at all. */
  async function empty(): Promise<void> {
    await handle?.truncate(writeHeader().length)
    deadBytes = 0
    isTorn = false
  }

  /** Where there is no room for a second file there may be some for a line. */
  async function tidy(): Promise<void> {
    deadBytes = 0
    await rewrite().catch(() => undefined)
  }

  /** Beside the old file, then in its place: whatever happens, one of the two is whole. */
  async function rewrite(): Promise<void> {
    const next = `${file}.next`
    // What a crash left of an earlier one. Flags as a word: Deno has no append that also truncates.
    await rm(next, { force: true })
    const fresh = await open(next, 'ax', 0o600)
    try {
      const lines = [...items.values()].map(({ item }) => writeLine({ add: item }))
      await fresh.writeFile(writeHeader() + lines.join(''))
      await fresh.datasync()
      await rename(next, file)
    } catch (error) {
      await fresh.close()
      // Half a file would take the room that a line may still find.
      await rm(next, { force: true }).catch(() => undefined)
      throw error
    }
    const old = handle
    handle = fresh
    deadBytes = 0
    isTorn = false
    await old?.close()
    await syncFolder(dirname(file))
  }

  return {
    async open() {
      try {
        await mkdir(dirname(file), { recursive: true, mode: 0o700 })
        lock = await lockFile(`${file}.lock`, file)
        items.clear()
        for (const item of await readItems(file))
          items.set(item.receiptId, { item, bytes: writeLine({ add: item }).length })
        // What a crash left half written is gone with this, and so is what has arrived.
        await rewrite()
      } catch (error) {
        await lock?.release()
        lock = null
        throw asError('outbox_unusable', `The outbox ${file} can’t be used`, error)
      }
      return [...items.values()].map(({ item }) => item)
    },
    async add(item) {
      try {
        await write({ add: item })
      } catch (error) {
        throw asError('outbox_unusable', `The outbox ${file} can’t be written`, error)
      }
    },
    remove: (receiptIds) =>
      receiptIds.length === 0 ? Promise.resolve() : write({ remove: receiptIds }),
    async setAside(refused) {
      const at = new Date().toISOString()
      const lines = refused.map((one) => `${JSON.stringify({ at, ...one })}\n`)
      await appendFile(`${file}.refused`, lines.join(''), { mode: 0o600, flush: true })
    },
    async close() {
      while (writing !== null) await writing
      const old = handle
      handle = null
      await old?.close()
      await lock?.release()
      lock = null
    },
  }
}

/** A rename is on the disk when its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null)
  // Some systems can't sync a folder, and don't need it.
  await handle?.sync().catch(() => undefined)
  await handle?.close()
}
