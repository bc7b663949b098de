import { chmod, chown, lstat, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StartError } from '../start-error.ts'
import type { Home } from './home.ts'

const SOCKET = '.s.PGSQL.5432'
const SOCKET_PATH_BYTES_MAX = 103

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
    if (Buffer.byteLength(`${folder}/${SOCKET}`) <= SOCKET_PATH_BYTES_MAX) {
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

/**
 * Makes the folder again where a cleaner of temporary files has removed it. The connections know its
 * path, so it stays; another user who took the name meanwhile is not trusted.
 */
export async function remakeSocketFolder(folder: string, home: Home): Promise<void> {
  const uid = home.account?.uid ?? process.getuid?.()
  try {
    await mkdir(folder, { mode: 0o700 })
    await chmod(folder, 0o700)
    if (home.account) await chown(folder, home.account.uid, home.account.gid)
  } catch (error) {
    const found = await lstat(folder).catch(() => undefined)
    if (!found) throw error
    if (!found.isDirectory() || found.uid !== uid || (found.mode & 0o077) !== 0)
      throw new StartError(`The folder ${folder} of the database’s socket is not ours: remove it.`)
  }
}

export const hasSocket = (folder: string): Promise<boolean> =>
  lstat(join(folder, SOCKET)).then(
    () => true,
    () => false,
  )
