import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import process from 'node:process'
import { CounterfoilError } from '../errors.ts'

/** A lock's owner shows this often that it is alive. */
const BEAT_MS = 2_000
/** After so long without a sign the owner is gone; asked only where its process can't be seen. */
const STALE_MS = 10_000

/** Who holds a file: only one at a time may write it. */
export interface DiskLock {
  /** False as soon as somebody else has it: this process stood still for too long. */
  isOurs(): boolean
  release(): Promise<void>
}

interface Owner {
  pid: number
  /** When the process began, so that a later one of the same number isn't taken for it. */
  began: string | null
  host: string
}

/** Locks this process has: its own number says nothing about those. */
const held = new Set<string>()
let count = 0

/** Throws `outbox_in_use` where somebody alive has it. `file` is what the message names. */
export async function lockFile(path: string, file: string): Promise<DiskLock> {
  if (held.has(path))
    throw new CounterfoilError('outbox_in_use', `This process has the outbox ${file} open already.`)
  held.add(path)
  const mine = `${path}.${process.pid}.${++count}`
  try {
    const owner: Owner = { pid: process.pid, began: await beganAt(process.pid), host: hostname() }
    const text = JSON.stringify({ ...owner, nonce: Math.random() })
    await writeFile(mine, text, { mode: 0o600 })
    await take(mine, path, file)
    return keepAlive(path, text)
  } catch (error) {
    held.delete(path)
    throw error
  } finally {
    await rm(mine, { force: true })
  }
}

async function take(mine: string, path: string, file: string): Promise<void> {
  // A link appears with its content, so nobody ever reads a lock that names no process yet.
  if (await linkIfAbsent(mine, path)) return
  // Whoever removes a stale lock must not remove a fresh one that another has just put there: so
  // only one at a time may judge and replace it, in one step.
  const breaking = `${path}.breaking`
  if (await isOlder(breaking, STALE_MS)) await rm(breaking, { force: true })
  if (!(await linkIfAbsent(mine, breaking)))
    throw new CounterfoilError('outbox_in_use', `The outbox ${file} is being opened by another.`)
  try {
    const alive = await findOwner(path)
    if (alive !== null)
      throw new CounterfoilError(
        'outbox_in_use',
        `Process ${alive} uses the outbox ${file}: give each process a file of its own.`,
      )
    await rename(mine, path)
  } finally {
    await rm(breaking, { force: true })
  }
}

function keepAlive(path: string, text: string): DiskLock {
  let isOurs = true
  const timer = setInterval(() => {
    const now = new Date()
    void readFile(path, 'utf8')
      .then(async (found) => {
        if (found === text) await utimes(path, now, now)
        else isOurs = false
      })
      .catch((error: unknown) => {
        if (codeOf(error) === 'ENOENT') isOurs = false
      })
  }, BEAT_MS)
  timer.unref()
  return {
    isOurs: () => isOurs,
    async release() {
      clearInterval(timer)
      held.delete(path)
      const found = await readFile(path, 'utf8').catch(() => '')
      // In a folder that can't be written any more it stays, and is stale as soon as we are gone.
      if (found === text) await rm(path, { force: true }).catch(() => undefined)
    },
  }
}

/** The number of the process that has the lock and is alive, as far as can be known; else null. */
async function findOwner(path: string): Promise<number | null> {
  const owner = readOwner(await readFile(path, 'utf8').catch(() => ''))
  if (owner === null) return null
  const isHere = owner.host === hostname()
  // Our own number is that of a process before us: in a container everybody is number 1.
  if (isHere && owner.pid === process.pid) return null
  // In another container the same number is another process.
  const state = isHere ? stateOf(owner.pid) : 'unknown'
  if (state === 'unknown') return (await isOlder(path, STALE_MS)) ? null : owner.pid
  if (state === 'gone') return null
  const began = await beganAt(owner.pid)
  return began !== null && owner.began !== null && began !== owner.began ? null : owner.pid
}

function readOwner(text: string): Owner | null {
  try {
    const { pid, began, host } = JSON.parse(text) as Partial<Owner>
    if (!Number.isInteger(pid) || typeof host !== 'string') return null
    return { pid: pid!, began: typeof began === 'string' ? began : null, host }
  } catch {
    return null
  }
}

/** Linux says when a process began, since which start of the machine; others say nothing here. */
async function beganAt(pid: number): Promise<string | null> {
  try {
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8')
    const line = await readFile(`/proc/${pid}/stat`, 'utf8')
    // The name of the program comes second, in brackets, and may hold anything.
    const ticks = line.slice(line.lastIndexOf(')') + 2).split(' ')[19]
    return `${boot.trim()} ${ticks ?? ''}`
  } catch {
    return null
  }
}

async function isOlder(path: string, ms: number): Promise<boolean> {
  const found = await stat(path).catch(() => null)
  return found !== null && Date.now() - found.mtimeMs > ms
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

/** `unknown` where we may not ask, as in Deno without --allow-run: only its signs of life tell then. */
function stateOf(pid: number): 'alive' | 'gone' | 'unknown' {
  if (pid <= 0) return 'gone'
  try {
    process.kill(pid, 0)
    return 'alive'
  } catch (error) {
    const code = codeOf(error)
    return code === 'EPERM' ? 'alive' : code === 'ESRCH' ? 'gone' : 'unknown'
  }
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code
