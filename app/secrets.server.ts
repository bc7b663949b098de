import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { folderError } from '#db/start-error.ts'
import { SECRET_NAMES, type Settings } from './env.server.ts'

export type Secrets = Record<(typeof SECRET_NAMES)[number], string>

/** Where a made secret is kept: a file of its own that only its owner can read. */
export const secretPath = (dataDir: string, name: string): string =>
  join(dataDir, 'secrets', name.toLowerCase().replaceAll('_', '-'))

/** The secrets that are set; with the embedded database, those that are missing are made and kept. */
export async function openSecrets(settings: Settings): Promise<Secrets> {
  const secrets: Partial<Secrets> = {}
  for (const name of SECRET_NAMES)
    secrets[name] = settings[name] ?? (await keepSecret(settings.DATA_DIR, name))
  return secrets as Secrets
}

async function keepSecret(dataDir: string, name: string): Promise<string> {
  const path = secretPath(dataDir, name)
  try {
    await mkdir(join(dataDir, 'secrets'), { recursive: true, mode: 0o700 })
    // `wx` never writes over a secret that is there: losing the pepper would end every API key.
    await writeFile(path, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST'))
      throw folderError(error, dataDir)
  }
  return (await readFile(path, 'utf8')).trim()
}
