import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { open, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { StartError } from '../start-error.ts'
import { ENGINE_ENVIRONMENT } from './cluster.ts'
import type { Engine } from './engine.ts'
import type { Home } from './home.ts'
import { findProcess, type Process } from './process-table.ts'
import { remakeSocketFolder } from './socket-folder.ts'

const READY_WITHIN_MS = 300_000
const STOP_WITHIN_MS = 30_000
const LOG_BYTES_MAX = 8 * 1024 * 1024

export type Launch = { engine: Engine; home: Home; settings: string[]; socketFolder: string }

/**
 * A server outlives a killed portal. The new portal stops that server instead of adopting it: its
 * clients are gone, a stop keeps acknowledged writes, and a portal can watch only its own child.
 */
export async function stopOrphan(home: Home): Promise<boolean> {
  const file = join(home.cluster, 'postmaster.pid')
  const pid = Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0])
  const orphan = findProcess(pid)
  const uid = home.account?.uid ?? process.getuid?.()
  // A pid file outlives a crash, and another process may have its number by now. A root that trusts
  // the file alone would let the file's owner choose which process root kills.
  if (!orphan || orphan.uid !== uid || !orphan.command.includes(` -D ${home.cluster} -k `)) {
    // Postgres itself would take a zombie or a stranger for a running server. If backends of a
    // killed server are still alive, their shared memory keeps the new server out until they are
    // gone.
    await rm(file, { force: true })
    return false
  }
  await endProcess(orphan)
  return true
}

async function endProcess(orphan: Process): Promise<void> {
  const isSame = () => findProcess(orphan.pid)?.started === orphan.started
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    if (isSame()) process.kill(orphan.pid, signal)
    for (let waited = 0; waited < STOP_WITHIN_MS && isSame(); waited += 10) await sleep(10)
    if (!isSame()) return
  }
  throw new Error(`Postgres (process ${orphan.pid}) doesn't end`)
}

/** Starts the server and resolves when it accepts connections. */
export async function launchPostmaster(launch: Launch): Promise<ChildProcess> {
  const { home } = launch
  const logFile = join(home.folder, 'postgres.log')
  await remakeSocketFolder(launch.socketFolder, home)
  for (let attempt = 0; ; attempt++) {
    const from = await rotateLog(logFile)
    const child = await spawnPostmaster(launch, logFile)
    if (await waitUntilReady(child, home)) return child
    const said = (await readFile(logFile)).subarray(from).toString('utf8')
    // Backends of a killed server have not ended yet.
    if (/shared memory block|lock file .* already exists/.test(said) && attempt < 50) {
      await sleep(100)
      continue
    }
    const reason = /(?:FATAL|PANIC): +(.*)/.exec(said)?.[1] ?? 'it gave no reason'
    throw new StartError(`Postgres doesn't start (${reason}): its log is ${logFile}.`)
  }
}

async function spawnPostmaster(launch: Launch, logFile: string): Promise<ChildProcess> {
  const { engine, home, settings, socketFolder } = launch
  const log = await open(logFile, 'a', 0o600)
  try {
    // Root may start the portal in an ordinary user's folder; that user writes to the log later.
    const { uid, gid } = await stat(home.folder)
    if (process.getuid?.() === 0 && uid !== 0) await log.chown(uid, gid)
    const args = ['-D', home.cluster, '-k', socketFolder, '-p', '5432', ...settings]
    const child = spawn(join(engine.folder, 'bin', 'postgres'), args, {
      ...home.account,
      cwd: home.folder,
      env: ENGINE_ENVIRONMENT,
      stdio: ['ignore', log.fd, log.fd],
      // Ctrl-C reaches every process of the terminal's session. In a session of its own, the
      // database stays until the portal has finished its last requests.
      detached: true,
    })
    child.unref()
    await once(child, 'spawn')
    return child
  } finally {
    await log.close()
  }
}

/** False: the server ended. The pid file's eighth line is the state that pg_ctl waits for too. */
async function waitUntilReady(child: ChildProcess, home: Home): Promise<boolean> {
  const file = join(home.cluster, 'postmaster.pid')
  const end = Date.now() + READY_WITHIN_MS
  while (Date.now() < end) {
    if (hasEnded(child)) return false
    const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n')
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready') return true
    await sleep(5)
  }
  await stopPostmaster(child)
  throw new StartError(
    `Postgres is still recovering after ${READY_WITHIN_MS / 60_000} minutes: see ${join(home.folder, 'postgres.log')}.`,
  )
}

/** A fast stop rolls open transactions back. If it hangs, the server stops at once. */
export async function stopPostmaster(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return
  child.ref()
  const ended = once(child, 'exit')
  child.kill('SIGINT')
  const impatient = setTimeout(() => child.kill('SIGQUIT'), STOP_WITHIN_MS)
  await ended
  clearTimeout(impatient)
}

export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

/** Keeps one old log. Returns the byte at which this start's part of the log begins. */
async function rotateLog(logFile: string): Promise<number> {
  const found = await stat(logFile).catch(() => undefined)
  if (!found) return 0
  if (found.size < LOG_BYTES_MAX) return found.size
  await rename(logFile, `${logFile}.1`)
  return 0
}
