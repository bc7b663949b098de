import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Connection } from '#db/embedded.server.ts'
import { findProcess } from '#db/embedded/process-table.ts'
import { ADMIN_TOKEN, PUBLIC_URL, createClient, type Client } from './portal.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const READY_MS_MAX = 50_000

export interface SpawnedPortal extends Client {
  /** Where its server listens. */
  origin: string
  child: ChildProcess
  /** As a machine that loses its power. */
  kill: () => Promise<void>
  /** As Ctrl-C; gives the exit code. */
  stop: () => Promise<number | null>
  /** Everything it said on standard output and standard error. */
  said: () => string
}

/** A port that was free a moment ago. */
export async function findPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/**
 * What `npm start` runs, as a process of its own: the built portal (which it builds first if that
 * is missing). With `database` it uses that one, else its own embedded one in `dataDir`.
 */
export async function spawnPortal(options: {
  port: number
  dataDir?: string
  database?: Connection
  env?: Record<string, string>
  /** Through npm, in a process group of its own, as from a terminal. */
  byNpm?: boolean
  /** A file for its standard output, or a pipe that nobody reads until the test does. */
  stdout?: number | 'unread'
}): Promise<SpawnedPortal> {
  const { database, byNpm = false, stdout = 'pipe' } = options
  const [command, ...args] = byNpm
    ? ['npm', 'start']
    : [process.execPath, join(ROOT, 'app', 'process', 'start.mjs')]
  const child = spawn(command, args, {
    detached: byNpm,
    cwd: ROOT,
    stdio: ['ignore', stdout === 'unread' ? 'pipe' : stdout, 'pipe'],
    env: {
      NODE_ENV: 'production',
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      PORT: String(options.port),
      PUBLIC_URL,
      ADMIN_TOKEN,
      API_KEY_PEPPER: 'a-pepper-for-tests',
      SESSION_SECRET: 'a-session-secret-for-tests',
      ...(options.dataDir === undefined ? {} : { DATA_DIR: options.dataDir }),
      // The driver reads the rest, a socket's folder above all, from the usual variables.
      ...(database === undefined
        ? {}
        : {
            DATABASE_URL: `postgres:///${database.database}`,
            PGHOST: database.host,
            PGPORT: String(database.port),
            PGUSER: database.user,
            PGPASSWORD: database.password,
          }),
      ...options.env,
    },
  })
  let said = ''
  const hear = (text: Buffer) => (said += text.toString())
  if (stdout === 'pipe') child.stdout!.on('data', hear)
  child.stderr!.on('data', hear)
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }
  const deadline = Date.now() + READY_MS_MAX
  const origin = `http://127.0.0.1:${options.port}`
  const isReady = () =>
    stdout === 'pipe'
      ? Promise.resolve(said.includes('Counterfoil is ready'))
      : fetch(`${origin}/readyz`).then(
          ({ ok }) => ok,
          () => false,
        )
  while (!(await isReady())) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await end('SIGKILL')
      throw new Error(`the portal did not start: ${said}`)
    }
    await new Promise((resume) => setTimeout(resume, 20))
  }
  return {
    origin,
    ...createClient(origin),
    child,
    kill: () => end('SIGKILL'),
    stop: async () => {
      await end('SIGINT')
      return child.exitCode
    },
    said: () => said,
  }
}

/** A data folder of a test's own; `remove` takes its database along, which as root lies elsewhere. */
export async function makeDataDir(): Promise<{ dataDir: string; remove: () => Promise<void> }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'counterfoil-portal-'))
  return {
    dataDir,
    remove: async () => {
      const home = await findHome(dataDir)
      if (home !== '') {
        // A test that failed between a kill and the next start has left its Postgres running.
        const pid = await findEmbedded(dataDir).then(
          (found) => found.pid,
          () => 0,
        )
        if (findProcess(pid)?.command.includes(home) === true) process.kill(pid, 'SIGQUIT')
        await rm(home, { recursive: true, force: true, maxRetries: 20 })
      }
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

async function findHome(dataDir: string): Promise<string> {
  const noted = await readFile(join(dataDir, 'postgres.home'), 'utf8').catch(() => '')
  return noted.trim() === '' ? '' : resolve(dataDir, noted.trim())
}

/** The embedded Postgres of a running portal: its process, and the way in. */
export async function findEmbedded(
  dataDir: string,
): Promise<{ pid: number; connection: Connection }> {
  const file = join(await findHome(dataDir), 'cluster', 'postmaster.pid')
  const lines = (await readFile(file, 'utf8')).split('\n')
  const password = (await readFile(join(dataDir, 'postgres.password'), 'utf8')).trim()
  return {
    pid: Number(lines[0]),
    connection: {
      host: lines[4]!,
      port: Number(lines[3]),
      user: 'counterfoil',
      password,
      database: 'counterfoil',
    },
  }
}
