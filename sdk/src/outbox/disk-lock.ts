import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import process from 'node:process'
import { CounterfoilError } from '../errors.ts'

/** A lock's owner touches the lock this often, as a sign of life. */
const BEAT_MS = 2_000
/** An owner without a sign of life for so long is gone; used only if its process can't be seen. */
const STALE_MS = 10_000

/** A process's lock on a file: one process at a time may write the file. */
export interface DiskLock {
  /** False if another process took the lock, because this process stood still for too long. */
  isOurs(): boolean
  release(): Promise<void>
}

interface Owner {
  pid: number
  /** The start of the process, which tells it from a later process with the same number. */
  began: string | null
  host: string
}

/** The locks of this process, which the process number alone can't tell. */
const held = new Set<string>()
let count = 0

/** Throws `outbox_in_use` if a living process has the lock. `file` is the name in the message. */
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
  // A link appears with its content, so each visible lock names its process.
  if (await linkIfAbsent(mine, path)) return
  // A process that removes a stale lock could remove a fresh lock that another process has just put
  // there. So one process at a time may judge the lock and replace it, in one step.
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
      // In a read-only folder the lock stays, and is stale as soon as this process has ended.
      if (found === text) await rm(path, { force: true }).catch(() => undefined)
    },
  }
}

/** The number of the lock's owner if it is alive, or may be alive; else null. */
async function findOwner(path: string): Promise<number | null> {
  const owner = readOwner(await readFile(path, 'utf8').catch(() => ''))
  if (owner === null) return null
  const isHere = owner.host === hostname()
  // Our own number belongs to an earlier process: in each container the first process is number 1.
  if (isHere && owner.pid === process.pid) return null
  // On another host, or in another container, the same number is another process.
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

/** The machine's boot and the start of the process since then. Null on systems other than Linux. */
async function beganAt(pid: number): Promise<string | null> {
  try {
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8')
    const line = await readFile(`/proc/${pid}/stat`, 'utf8')
    // The second field is the program's name in brackets, which may hold spaces and brackets.
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

/** `unknown` without the permission to see the process, as in Deno without --allow-run. */
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
