import { open, rename, rm, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { OutboxItem } from './delivery.ts'
import { readItems, writeHeader, writeLine, type Line } from './disk-lines.ts'
import { CounterfoilError } from '../errors.ts'

/** The append-only file of an outbox, and the waiting receipts in it. */
export interface DiskFile {
  /** Reads the file of an earlier process, and rewrites it without its arrived receipts. */
  open(): Promise<OutboxItem[]>
  /** Resolves when the lines of `add` are on the disk. */
  append(lines: Line[]): Promise<void>
  close(): Promise<void>
}

/** The file is rewritten when lines of arrived receipts have more than `rewriteBytes` bytes. */
export function createDiskFile(file: string, rewriteBytes: number): DiskFile {
  /** The waiting receipts, with the length of each one's line. */
  const items = new Map<string, { item: OutboxItem; bytes: number }>()
  let handle: FileHandle | null = null
  let deadBytes = 0
  /** True after a failed write: the file's end may hold anything. */
  let isTorn = false

  function note(line: Line, text: string): void {
    if ('add' in line) {
      items.set(line.add.receiptId, { item: line.add, bytes: text.length })
      return
    }
    deadBytes += text.length
    for (const id of line.remove) {
      deadBytes += items.get(id)?.bytes ?? 0
      items.delete(id)
    }
  }

  /** Makes the file fit to be appended to. */
  async function prepare(): Promise<void> {
    if (isTorn) {
      // Half a line, or a line whose sync failed, may hold anything: only a new file is surely
      // right. Truncating needs no room, so it works on a full disk too.
      await (items.size === 0 ? handle?.truncate(writeHeader().length) : rewrite())
      deadBytes = 0
      isTorn = false
    } else if (deadBytes > rewriteBytes) {
      deadBytes = 0
      // A failure is ignored: a disk without room for a second file may have room for a line.
      await rewrite().catch(() => undefined)
    }
  }

  async function rewrite(): Promise<void> {
    const lines = [...items.values()].map(({ item }) => writeLine({ add: item }))
    const fresh = await replaceFile(file, writeHeader() + lines.join(''))
    const old = handle
    handle = fresh
    deadBytes = 0
    isTorn = false
    await old?.close()
    await syncFolder(dirname(file))
  }

  return {
    async open() {
      items.clear()
      for (const item of await readItems(file)) note({ add: item }, writeLine({ add: item }))
      // The rewrite drops arrived receipts, and a line that a crash left half written.
      await rewrite()
      return [...items.values()].map(({ item }) => item)
    },
    async append(lines) {
      if (handle === null) throw new CounterfoilError('closed', 'The outbox was closed.')
      const texts = lines.map(writeLine)
      // Arrived receipts are noted first, so that `prepare` can shrink the file on a full disk.
      for (const [i, line] of lines.entries()) if ('remove' in line) note(line, texts[i]!)
      await prepare()
      try {
        await handle.appendFile(texts.join(''))
        // A `remove` needs no sync: after a crash the portal recognises the receipt as a repeat.
        if (lines.some((line) => 'add' in line)) await handle.datasync()
      } catch (error) {
        isTorn = true
        throw error
      }
      for (const [i, line] of lines.entries()) if ('add' in line) note(line, texts[i]!)
    },
    async close() {
      const old = handle
      handle = null
      await old?.close()
    },
  }
}

/** Writes beside the old file and renames: after a crash one of the two files is whole. */
async function replaceFile(file: string, text: string): Promise<FileHandle> {
  const next = `${file}.next`
  // An earlier crash may have left this file, and Deno has no flag that appends and truncates.
  await rm(next, { force: true })
  const fresh = await open(next, 'ax', 0o600)
  try {
    await fresh.writeFile(text)
    await fresh.datasync()
    await rename(next, file)
    return fresh
  } catch (error) {
    await fresh.close()
    // Half a file would take the room that a line still needs.
    await rm(next, { force: true }).catch(() => undefined)
    throw error
  }
}

/** A rename is durable when its folder is synced. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null)
  // Some systems can't sync a folder, and don't need it.
  await handle?.sync().catch(() => undefined)
  await handle?.close()
}
