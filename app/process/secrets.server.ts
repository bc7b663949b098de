import { randomBytes } from 'node:crypto'
import { access, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StartError, folderError } from '#db/start-error.ts'
import { SECRET_CHARACTERS_MIN, SECRET_NAMES, type Settings } from './env.server.ts'

export type Secrets = Record<(typeof SECRET_NAMES)[number], string>

/** The file of a made secret, which only the portal's user can read. */
export const secretPath = (dataDir: string, name: string): string =>
  join(dataDir, 'secrets', name.toLowerCase().replaceAll('_', '-'))

/** The secrets of the settings; with the embedded database, missing secrets are made and kept. */
export async function openSecrets(settings: Settings): Promise<Secrets> {
  const secrets: Partial<Secrets> = {}
  for (const name of SECRET_NAMES)
    secrets[name] = settings[name] ?? (await keepSecret(settings.DATA_DIR, name))
  return secrets as Secrets
}

async function keepSecret(dataDir: string, name: keyof Secrets): Promise<string> {
  const path = secretPath(dataDir, name)
  // The file appears whole or not at all: a start killed between creating and filling it would leave
  // an empty secret, and every API key would be hashed under an empty pepper.
  const made = `${path}.${randomBytes(8).toString('hex')}`
  try {
    await mkdir(join(dataDir, 'secrets'), { recursive: true, mode: 0o700 })
    if (!(await exists(path))) {
      await writeFile(made, `${randomBytes(32).toString('base64url')}\n`, {
        mode: 0o600,
        flag: 'wx',
        flush: true,
      })
      // A link never replaces a file: a lost pepper would end every API key.
      await link(made, path)
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST'))
      throw folderError(error, dataDir)
  } finally {
    await rm(made, { force: true }).catch(() => undefined)
  }
  const secret = (await readFile(path, 'utf8')).trim()
  if (secret.length < SECRET_CHARACTERS_MIN)
    throw new StartError(
      `The secret in ${path} is shorter than ${SECRET_CHARACTERS_MIN} characters: bring it back from a backup, or remove the file to have a new one made.`,
    )
  return secret
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )
