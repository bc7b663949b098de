import { constants } from 'node:fs'
import {
  link,
  mkdir,
  open,
  readFile,
  rename,
  rm,
  writeFile,
  type FileHandle,
} from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { OutboxItem, OutboxStore } from './delivery.ts'
import { asError, CounterfoilError } from './errors.ts'

/** Rewritten when this much of it is of receipts that have arrived. */
const REWRITE_BYTES = 8 * 1024 * 1024

type Line = { add: OutboxItem } | { remove: string[] }

interface Write {
  line: Line
  durable: boolean
  resolve: () => void
  reject: (error: unknown) => void
}

/**
 * An outbox in one append-only file: what `add` has resolved for is on the disk, so it is sent by the
 * next process if this one dies. Lines that were waiting together are written and synced together.
 *
 * `path` belongs to one process at a time; give each its own. `add` throws `outbox_in_use` where
 * another process that is alive has it. The file holds receipts, and content where it is sent along:
 * it is made readable for its owner only.
 */
export function createDiskStore(path: string): OutboxStore {
  const file = resolve(path)
  const lockFile = `${file}.lock`
  const waiting = new Map<string, OutboxItem>()
  let handle: FileHandle | null = null
  let deadBytes = 0
  let queue: Write[] = []
  let writing: Promise<void> | null = null

  function write(line: Line, durable: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      queue.push({ line, durable, resolve, reject })
      writing ??= drain().finally(() => (writing = null))
    })
  }

  async function drain(): Promise<void> {
    // One turn first, so that what is asked for in the same moment shares a sync.
    await Promise.resolve()
    while (queue.length > 0) {
      const batch = queue
      queue = []
      try {
        if (handle === null) throw new CounterfoilError('closed', 'The outbox was closed.')
        const text = batch.map(({ line }) => `${JSON.stringify(line)}\n`).join('')
        await handle.appendFile(text)
        if (batch.some((one) => one.durable)) await handle.datasync()
        for (const one of batch) one.resolve()
        for (const { line } of batch) if ('remove' in line) deadBytes += text.length
        if (deadBytes > REWRITE_BYTES) await rewrite()
      } catch (error) {
        for (const one of batch) one.reject(error)
      }
    }
  }

  /** Beside the old file, then in its place: whatever happens, one of the two is whole. */
  async function rewrite(): Promise<void> {
    const next = `${file}.next`
    const fresh = await open(next, 'w', 0o600)
    const lines = [...waiting.values()].map((item) => `${JSON.stringify({ add: item })}\n`)
    await fresh.writeFile(lines.join(''))
    await fresh.datasync()
    await fresh.close()
    await rename(next, file)
    await syncFolder(dirname(file))
    await handle?.close()
    handle = await openForAppend(file)
    deadBytes = 0
  }

  return {
    async open() {
      await mkdir(dirname(file), { recursive: true, mode: 0o700 })
      await lock(lockFile, file)
      for (const item of await readItems(file)) waiting.set(item.receiptId, item)
      handle = await openForAppend(file)
      // What a crash left half written is gone with this, and so is what has arrived.
      await rewrite()
      return [...waiting.values()]
    },
    add(item) {
      waiting.set(item.receiptId, item)
      return write({ add: item }, true).catch((error: unknown) => {
        waiting.delete(item.receiptId)
        throw asError('outbox_unusable', `The outbox ${file} can’t be written`, error)
      })
    },
    remove(receiptIds) {
      if (receiptIds.length === 0) return Promise.resolve()
      for (const id of receiptIds) waiting.delete(id)
      // Not synced: sent once more after a crash, it is a repeat to the portal, and costs nothing.
      return write({ remove: receiptIds }, false)
    },
    async close() {
      await writing
      await handle?.close()
      handle = null
      if (ours.delete(lockFile)) await rm(lockFile, { force: true })
    },
  }
}

const openForAppend = (file: string): Promise<FileHandle> =>
  open(file, constants.O_CREAT | constants.O_APPEND | constants.O_WRONLY, 0o600)

async function readItems(file: string): Promise<OutboxItem[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return ''
    throw asError('outbox_unusable', `The outbox ${file} can’t be read`, error)
  })
  const items = new Map<string, OutboxItem>()
  for (const text_ of text.split('\n')) {
    const line = readLine(text_)
    // The last line of a process that died while writing: nobody was told that it is kept.
    if (line === null) continue
    if ('add' in line) items.set(line.add.receiptId, line.add)
    else for (const id of line.remove) items.delete(id)
  }
  return [...items.values()]
}

function readLine(text: string): Line | null {
  try {
    return JSON.parse(text) as Line
  } catch {
    return null
  }
}

/** A rename is on the disk when its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null)
  // Some systems can't sync a folder, and don't need it.
  await handle?.sync().catch(() => undefined)
  await handle?.close()
}

/** Files this process has open: its own number in a lock says nothing about those. */
const ours = new Set<string>()

/** One store at a time: two would each send, and overwrite, what the other has. */
async function lock(lockFile: string, file: string): Promise<void> {
  if (ours.has(lockFile))
    throw new CounterfoilError('outbox_in_use', `This process has the outbox ${file} open already.`)
  const mine = `${lockFile}.${process.pid}`
  try {
    await writeFile(mine, String(process.pid), { mode: 0o600 })
    for (let attempt = 0; attempt < 10; attempt++) {
      // A link appears with its content, so nobody ever reads a lock that names no process yet.
      if (await linkIfAbsent(mine, lockFile)) {
        ours.add(lockFile)
        return
      }
      const pid = Number(await readFile(lockFile, 'utf8').catch(() => ''))
      // Our own number is that of a process before us: in a container everybody is number 1.
      if (pid !== process.pid && isAlive(pid))
        throw new CounterfoilError(
          'outbox_in_use',
          `Process ${pid} uses the outbox ${file}: give each process a file of its own.`,
        )
      await rm(lockFile, { force: true })
    }
  } catch (error) {
    throw asError('outbox_unusable', `The outbox ${file} can’t be used`, error)
  } finally {
    await rm(mine, { force: true })
  }
  throw new CounterfoilError('outbox_in_use', `The outbox ${file} is being opened by others.`)
}

async function linkIfAbsent(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code
