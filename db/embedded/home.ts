import { randomBytes } from 'node:crypto'
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { StartError, folderError } from '../start-error.ts'

/** The operating system's user that the server runs as; undefined: the portal's own. */
export type Account = { uid: number; gid: number } | undefined

/** The home of one data folder's Postgres. Several homes may share `engines`. */
export type Home = { folder: string; engines: string; cluster: string; account: Account }

const NOTE = 'postgres.home'
const OWN = 'postgres'

const SHARED = '/var/lib/counterfoil'
const SOCKET_PATH_BYTES_MAX = 103

/**
 * An ordinary user's Postgres lives in the data folder. Postgres refuses to run as root, and other
 * users may be unable to read root's clone, so root's Postgres lives under /var/lib. The data
 * folder notes its path: a moved clone finds its database again, and a data folder that was deleted
 * and made anew gets a new database instead of old data.
 */
export async function openHome(dataDir: string): Promise<Home> {
  const own = join(dataDir, OWN)
  const note = join(dataDir, NOTE)
  const noted = (await readFile(note, 'utf8').catch(() => '')).trim()
  if (noted !== '') {
    const folder = resolve(dataDir, noted)
    const home = await makeHome(folder, folder === own ? own : dirname(folder), dataDir)
    if (await exists(home.cluster)) return home
    throw new StartError(
      `The database of ${dataDir} was kept in ${folder} and is gone: bring it back, or remove ${note} to begin with an empty one.`,
    )
  }
  if (process.getuid?.() !== 0) {
    await mkdir(own, { recursive: true, mode: 0o700 })
    return makeHome(own, own, dataDir)
  }
  await makePublicFolder(SHARED)
  return makeHome((await findUnfinished(dataDir)) ?? (await makeShared(dataDir)), SHARED, dataDir)
}

async function makeShared(dataDir: string): Promise<string> {
  const name = `${basename(dirname(dataDir))}-${randomBytes(4).toString('hex')}`
  const folder = join(SHARED, name.replace(/[^A-Za-z0-9.-]/g, '_').slice(-48))
  await makePublicFolder(folder)
  await writeFile(join(folder, 'belongs-to'), `${dataDir}\n`, { mode: 0o644 })
  return folder
}

/** The home of a first start that was killed before its cluster was whole. */
async function findUnfinished(dataDir: string): Promise<string | undefined> {
  for (const name of await readdir(SHARED)) {
    const folder = join(SHARED, name)
    const owner = await readFile(join(folder, 'belongs-to'), 'utf8').catch(() => '')
    if (owner.trim() === dataDir && !(await exists(join(folder, 'cluster')))) return folder
  }
  return undefined
}

/** The note is written after the cluster, so that a note without a cluster means lost data. */
export async function noteHome(home: Home, dataDir: string): Promise<void> {
  if (await exists(join(dataDir, NOTE))) return
  const place = home.folder === join(dataDir, OWN) ? OWN : home.folder
  await writeFile(join(dataDir, NOTE), `${place}\n`, { mode: 0o644 })
}

async function makeHome(folder: string, engines: string, dataDir: string): Promise<Home> {
  const cluster = join(folder, 'cluster')
  const uid = process.getuid?.() ?? -1
  const found = await stat(cluster).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw folderError(error, dataDir)
  })
  // Root runs the server as the cluster's owner, so root and that user may start it in turn.
  if (uid === 0 && found && found.uid !== 0)
    return { folder, engines, cluster, account: { uid: found.uid, gid: found.gid } }
  if (uid === 0) return { folder, engines, cluster, account: await findAccount() }
  if (found && found.uid !== uid)
    throw new StartError(
      `The database of ${dataDir} belongs to another user: start the portal as the one who made it, or point DATA_DIR at a new folder.`,
    )
  return { folder, engines, cluster, account: undefined }
}

/** An account that owns as little as possible, named in /etc/passwd because initdb asks. */
async function findAccount(): Promise<NonNullable<Account>> {
  const accounts = new Map<string, NonNullable<Account>>()
  for (const line of (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n')) {
    const [name, , uid, gid] = line.split(':')
    if (name && uid && gid && Number(uid) > 0)
      accounts.set(name, { uid: Number(uid), gid: Number(gid) })
  }
  for (const name of ['postgres', 'nobody', 'daemon']) {
    const account = accounts.get(name)
    if (account) return account
  }
  throw new StartError(
    'Postgres refuses to run as root and there is no account "nobody" to run it as: start the portal as an ordinary user, or set DATABASE_URL.',
  )
}

/**
 * A private folder with a short path: the system limits a socket's path to about a hundred bytes,
 * and the path of a data folder may be longer. The name is random, so no other user can take it
 * first.
 */
export async function makeSocketFolder(home: Home): Promise<string> {
  const note = join(home.folder, 'socket')
  const last = (await readFile(note, 'utf8').catch(() => '')).trim()
  // Another user may have edited the note: only a path that this function can make is removed.
  if (/^\/(?:[\w.+-]+\/)*counterfoil-\w{6}$/.test(last))
    await rm(last, { recursive: true, force: true }).catch(() => undefined)
  for (const parent of ['/tmp', tmpdir()]) {
    const folder = await mkdtemp(join(parent, 'counterfoil-')).catch(() => undefined)
    if (!folder) continue
    if (Buffer.byteLength(`${folder}/.s.PGSQL.5432`) <= SOCKET_PATH_BYTES_MAX) {
      await chmod(folder, 0o700)
      if (home.account) await chown(folder, home.account.uid, home.account.gid)
      await rm(note, { force: true })
      await writeFile(note, `${folder}\n`, { mode: 0o644 })
      return folder
    }
    await rm(folder, { recursive: true, force: true })
  }
  throw new StartError(
    'No short temporary folder can be written for the database’s socket: make /tmp writable, or set TMPDIR to a short path.',
  )
}

/** The server's user can enter the folder under any umask. Callers pass only folders of our own. */
async function makePublicFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o755 })
    await chmod(folder, 0o755)
  } catch (error) {
    throw folderError(error, folder)
  }
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
