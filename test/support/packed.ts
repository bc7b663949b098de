import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { buildSdk, SDK } from './sdk.ts'

const run = promisify(execFile)
const MODULES = resolve(import.meta.dirname, '../../node_modules')

export interface Manifest {
  name: string
  exports: Record<string, string | { types: string; default: string }>
  bin: Record<string, string>
  dependencies: Record<string, string>
  peerDependencies?: Record<string, string>
  peerDependenciesMeta?: Record<string, { optional: boolean }>
}

/** The package as a stranger has it: packed by npm, unpacked in a project that is not ours. */
export interface Packed {
  tarball: string
  /** The stranger's project. */
  project: string
  /** The package in its node_modules. */
  folder: string
  manifest: Manifest
  /** `@counterfoil/sdk`, `@counterfoil/sdk/node`, … */
  entries: string[]
  remove(): Promise<void>
}

/** Needs no registry: what the package depends on is linked from this repository's node_modules. */
export async function packSdk(): Promise<Packed> {
  await buildSdk()
  const project = await mkdtemp(join(tmpdir(), 'counterfoil-packed-'))
  const tarball = await pack(project)
  const folder = join(project, 'node_modules', '@counterfoil', 'sdk')
  await mkdir(folder, { recursive: true })
  await run('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1'])
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest
  const { bin, dependencies, peerDependencies = {} } = manifest
  const commands = join(project, 'node_modules', '.bin')
  await mkdir(commands)
  for (const [name, file] of Object.entries(bin))
    await symlink(join(folder, file), join(commands, name))
  for (const name of Object.keys({ ...dependencies, ...peerDependencies }))
    await linkPackage(project, name)
  // Whoever uses React with types has these.
  if ('react' in peerDependencies) await linkPackage(project, '@types/react')
  return {
    tarball,
    project,
    folder,
    manifest,
    entries: Object.keys(manifest.exports)
      .filter((path) => !path.endsWith('.json'))
      .map((path) => manifest.name + path.slice(1)),
    remove: () => rm(project, { recursive: true, force: true }),
  }
}

export async function linkPackage(project: string, name: string): Promise<void> {
  const link = join(project, 'node_modules', name)
  await mkdir(dirname(link), { recursive: true })
  await symlink(join(MODULES, name), link)
}

async function pack(to: string): Promise<string> {
  // Under npm the very npm that was called. It is built already, and tests may run side by side.
  const npm = process.env.npm_execpath
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', to]
  const { stdout } = await (npm === undefined
    ? run('npm', args, { cwd: SDK })
    : run(process.execPath, [npm, ...args], { cwd: SDK }))
  const [packed] = JSON.parse(stdout) as { filename: string }[]
  return join(to, packed!.filename)
}
