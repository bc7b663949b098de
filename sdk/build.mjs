import { createHash } from 'node:crypto'
import { chmodSync, copyFileSync, existsSync, readFileSync, readdirSync, renameSync } from 'node:fs'
import { rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import {
  ROOT,
  SetupError,
  checkNode,
  explain,
  installMissing,
  runQuietly,
} from '../app/process/install.mjs'

const SDK = join(ROOT, 'sdk')
const DIST = join(SDK, 'dist')
const STAMP = join(DIST, '.stamp')
const INPUTS = ['src', 'package.json', 'build.mjs', 'tsconfig.build.json']

/**
 * Compiles sdk/src to sdk/dist: a JavaScript file and its types for each source file, nothing
 * bundled, so that whoever bundles takes only what they use. Does nothing if nothing changed.
 */
export async function buildSdk() {
  const inputs = hashInputs()
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === inputs) return
  // Beside the old one, then in its place: whoever imports it meanwhile never finds half of it.
  const fresh = join(SDK, `dist.${process.pid}`)
  rmSync(fresh, { recursive: true, force: true })
  try {
    await runQuietly(
      process.execPath,
      [
        join(ROOT, 'node_modules', '.bin', 'tsc'),
        '-p',
        'sdk/tsconfig.build.json',
        '--outDir',
        fresh,
      ],
      'The SDK could not be compiled: the reasons stand above.',
    )
    for (const file of listFiles(fresh)) if (file.endsWith('.d.ts')) nameOutputs(file)
    checkExports(fresh)
    copyFileSync(join(ROOT, 'LICENSE'), join(SDK, 'LICENSE'))
    writeFileSync(join(fresh, '.stamp'), inputs)
    replaceDist(fresh)
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}

/** The compiler renames `./x.ts` in what runs, not in declarations, where Deno would look for it. */
function nameOutputs(file) {
  const text = readFileSync(file, 'utf8')
  const named = text.replace(
    /((?:\bfrom |\bimport |\bimport\()['"])(\.{1,2}\/[^'"]+)\.tsx?(['"])/g,
    '$1$2.js$3',
  )
  writeFileSync(file, named)
}

/** What package.json promises has to be there. */
function checkExports(fresh) {
  const { exports, bin } = JSON.parse(readFileSync(join(SDK, 'package.json'), 'utf8'))
  const promised = [...Object.values(exports), bin].flatMap((entry) =>
    typeof entry === 'string' ? [entry] : Object.values(entry),
  )
  for (const path of promised) {
    const [inDist] = path.split('./dist/').slice(1)
    if (inDist !== undefined && !existsSync(join(fresh, inDist)))
      throw new SetupError(`sdk/package.json names ${path}, which no file in sdk/src becomes.`)
  }
  for (const path of Object.values(bin)) chmodSync(join(fresh, path.replace('./dist/', '')), 0o755)
}

function replaceDist(fresh) {
  const old = join(SDK, `dist.old.${process.pid}`)
  try {
    if (existsSync(DIST)) renameSync(DIST, old)
    renameSync(fresh, DIST)
  } catch (error) {
    // Another process built the same in this moment, and was first.
    if (!existsSync(STAMP)) throw error
  } finally {
    rmSync(old, { recursive: true, force: true })
  }
}

const listFiles = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))

/** As app/process/build.mjs: paths, sizes and times. */
function hashInputs() {
  const hash = createHash('sha256')
  const files = INPUTS.flatMap((name) => {
    const path = join(SDK, name)
    return statSync(path).isDirectory() ? listFiles(path) : [path]
  })
  for (const file of [...files, join(ROOT, 'tsconfig.base.json')].sort()) {
    if (/\.test\.tsx?$/.test(file)) continue
    const { size, mtimeNs } = statSync(file, { bigint: true })
    hash.update(`${file} ${size} ${mtimeNs}\n`)
  }
  return hash.digest('hex')
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    checkNode()
    await installMissing()
    await buildSdk()
  } catch (error) {
    explain(error)
    process.exit(1)
  }
}
