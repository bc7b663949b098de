import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StartError } from '../start-error.ts'
import { keepPassword } from './cluster.ts'
import { isHeld } from './folder-lock.ts'
import { openHome } from './home.ts'

/** Socket folder and password of the portal that runs on this data folder; null without one. */
export async function findRunning(
  dataDir: string,
): Promise<{ host: string; password: string } | null> {
  if (!(await isHeld(dataDir))) return null
  const home = await openHome(dataDir)
  const host = (await readFile(join(home.folder, 'socket'), 'utf8').catch(() => '')).trim()
  if (host === '')
    throw new StartError(
      `The portal on the data folder ${dataDir} is still starting: try again in a moment.`,
    )
  return { host, password: await keepPassword(dataDir, home) }
}
