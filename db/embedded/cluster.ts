import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, chown, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StartError } from '../start-error.ts'
import type { Engine } from './engine.ts'
import { exists, type Home } from './home.ts'

/** The owner of our database is no superuser: SQL can't reach the machine through this role. */
export const DATABASE_USER = 'counterfoil'
export const DATABASE_NAME = 'counterfoil'

/**
 * Postgres inherits neither the portal's secrets nor the PG* variables of a shell, which would
 * change how the server behaves.
 */
export const ENGINE_ENVIRONMENT: NodeJS.ProcessEnv = {
  PATH: '/usr/bin:/bin',
  LC_ALL: 'C',
  TZ: 'UTC',
  NODE_ENV: 'production',
}

/** The secret between portal and Postgres, made once; only the portal's user can read the file. */
export async function keepPassword(dataDir: string, home: Home): Promise<string> {
  const file = join(dataDir, 'postgres.password')
  const kept = (await readFile(file, 'utf8').catch(() => '')).trim()
  if (kept !== '') return kept
  if (await exists(home.cluster))
    throw new StartError(
      `The database's password ${file} is missing or can't be read: bring it back from your backup, or point DATA_DIR at a new folder.`,
    )
  const password = randomBytes(24).toString('base64url')
  await rm(file, { force: true })
  await writeFile(file, `${password}\n`, { flag: 'wx', mode: 0o600 })
  return password
}

/**
 * Makes the cluster under another name and renames it when it is whole. A crash in the middle
 * leaves rubbish that the next start removes, never half a cluster. True: a cluster was made.
 */
export async function ensureCluster(
  engine: Engine,
  home: Home,
  password: string,
): Promise<boolean> {
  await removeUnfinished(home)

  if (await exists(home.cluster)) {
    const made = (await readFile(join(home.cluster, 'PG_VERSION'), 'utf8')).trim()
    if (made === engine.major) return false
    throw new StartError(
      `The database in ${home.cluster} was made by Postgres ${made} and this portal brings Postgres ${engine.major}: dump it with the older release and load it into a new DATA_DIR.`,
    )
  }
  const fresh = join(home.folder, `cluster.new-${randomBytes(4).toString('hex')}`)
  await mkdir(fresh, { mode: 0o700 })
  await chmod(fresh, 0o700)
  if (home.account) await chown(fresh, home.account.uid, home.account.gid)
  // The sync of a thousand new files takes longest: syncCluster does it afterwards.
  await runEngine(engine, home, 'initdb', [
    `--pgdata=${fresh}`,
    '--username=postgres',
    '--auth=reject',
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    '--no-instructions',
    '--no-sync',
  ])
  // Single-user mode reads SQL from standard input: the password is in no argument and no log.
  await runEngine(
    engine,
    home,
    'postgres',
    ['--single', '-D', fresh, '-c', 'log_min_error_statement=panic', 'postgres'],
    `CREATE ROLE ${DATABASE_USER} LOGIN CREATEDB PASSWORD '${password}'\n` +
      `CREATE DATABASE ${DATABASE_NAME} OWNER ${DATABASE_USER}\n`,
  )
  await writeFile(join(home.folder, 'unsynced'), '')
  await rename(fresh, home.cluster)
  // Once more: the initdb of a killed start outlives it by a moment and may have written until now.
  await removeUnfinished(home)
  return true
}

async function removeUnfinished(home: Home): Promise<void> {
  for (const name of await readdir(home.folder))
    if (name.startsWith('cluster.new-'))
      await rm(join(home.folder, name), { recursive: true, force: true, maxRetries: 20 })
}

/**
 * Flushes the files of initdb to the disk: beside the first start, so that the start is quick, and
 * again at the next start if the flush was cut short.
 */
export async function syncCluster(engine: Engine, home: Home): Promise<void> {
  const mark = join(home.folder, 'unsynced')
  if (!(await exists(mark))) return
  await runEngine(engine, home, 'initdb', ['--sync-only', `--pgdata=${home.cluster}`])
  await rm(mark, { force: true })
}

function runEngine(
  engine: Engine,
  home: Home,
  program: string,
  args: string[],
  input = '',
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(engine.folder, 'bin', program), args, {
      ...home.account,
      cwd: home.folder,
      env: ENGINE_ENVIRONMENT,
      stdio: ['pipe', 'ignore', 'pipe'],
      // The portal handles a Ctrl-C in the terminal.
      detached: true,
    })
    let said = ''
    child.stderr
      .setEncoding('utf8')
      .on('data', (text: string) => (said = (said + text).slice(-4000)))
    child.on('error', reject)
    child.on('close', (code) => {
      // Single-user mode ends with 0 even after a failed statement.
      const failed = code !== 0 || /^.*(?:ERROR|FATAL|PANIC): /m.test(said)
      if (failed) reject(new Error(`${program} ended with ${code ?? 'a signal'}: ${said.trim()}`))
      else resolve()
    })
    // A program that died has closed its end of the pipe; its exit code is the error.
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
  })
}
