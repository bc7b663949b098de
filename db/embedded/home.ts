import { randomBytes } from 'node:crypto'
import { chmod, mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { StartError, folderError } from '../start-error.ts'
import { NOTE, claimHome, readNote, readOwner, writeOwner } from './owner.ts'

/** The operating system's user that the server runs as; undefined: the portal's own. */
export type Account = { uid: number; gid: number } | undefined

/** The home of one data folder's Postgres. Several homes may share `engines`. */
export type Home = { folder: string; engines: string; cluster: string; account: Account }

const OWN = 'postgres'

const SHARED = '/var/lib/counterfoil'

/**
 * An ordinary user's Postgres lives in the data folder. Postgres refuses to run as root, and other
 * users may be unable to read root's clone, so root's Postgres lives under /var/lib. The data
 * folder notes its path: a moved clone finds its database again, and a data folder that was deleted
 * and made anew gets a new database instead of old data.
 */
export async function openHome(dataDir: string): Promise<Home> {
  const own = join(dataDir, OWN)
  const folder = await readNote(dataDir)
  if (folder !== '') {
    const home = await makeHome(folder, folder === own ? own : dirname(folder), dataDir)
    if (!(await exists(home.cluster)))
      throw new StartError(
        `The database of ${dataDir} was kept in ${folder} and is gone: bring it back, or remove ${join(dataDir, NOTE)} to begin with an empty one.`,
      )
    if (folder !== own) await claimHome(folder, dataDir)
    return home
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
  await writeOwner(folder, dataDir)
  return folder
}

/** The home of a first start that was killed before its cluster was whole. */
async function findUnfinished(dataDir: string): Promise<string | undefined> {
  for (const name of await readdir(SHARED)) {
    const folder = join(SHARED, name)
    if ((await readOwner(folder)) === dataDir && !(await exists(join(folder, 'cluster'))))
      return folder
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
