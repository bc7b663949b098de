import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { StartError } from '../start-error.ts'

/** The data folder's file with the path of its database. */
export const NOTE = 'postgres.home'
/** The file with the path of the data folder, beside a database that lies elsewhere. */
const OWNER = 'belongs-to'

export const readNote = async (dataDir: string): Promise<string> => {
  const noted = (await readFile(join(dataDir, NOTE), 'utf8').catch(() => '')).trim()
  return noted === '' ? '' : resolve(dataDir, noted)
}

export const readOwner = async (folder: string): Promise<string> =>
  (await readFile(join(folder, OWNER), 'utf8').catch(() => '')).trim()

/** Another file first, since another user may have laid a link under the name. */
export async function writeOwner(folder: string, dataDir: string): Promise<void> {
  const file = join(folder, OWNER)
  await rm(file, { force: true })
  await writeFile(file, `${dataDir}\n`, { flag: 'wx', mode: 0o644 })
}

/**
 * A copy of a data folder names the database of its original. Two portals would take it from each
 * other, so the copy is refused, whether the original runs or not. A data folder that was moved, or
 * whose original is gone, is the new owner.
 */
export async function claimHome(folder: string, dataDir: string): Promise<void> {
  const owner = await readOwner(folder)
  if (owner === dataDir) return
  const isCopy =
    owner !== '' && (await readNote(owner)) === folder && !(await isSame(owner, dataDir))
  if (isCopy)
    throw new StartError(
      `The data folder ${dataDir} is a copy of ${owner}, whose database is in ${folder}: stop that portal, copy ${folder} beside itself, and write the new path into ${join(dataDir, NOTE)}; or remove that file and postgres.password to begin with an empty database.`,
    )
  await writeOwner(folder, dataDir)
}

/** One folder under two paths, as a container may see it. */
async function isSame(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([stat(one), stat(other)])
  return a.dev === b.dev && a.ino === b.ino
}
