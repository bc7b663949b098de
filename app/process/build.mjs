import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { renameSync, statSync, writeFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ROOT, SetupError, checkNode, explain, installMissing, runQuietly } from './install.mjs'

const BUILD = join(ROOT, 'build')
const STAMP = join(BUILD, 'stamp')
const INPUTS = [
  'app',
  'db',
  'sdk/src',
  'public',
  'package.json',
  'package-lock.json',
  'vite.config.ts',
]
/** The entries among the files of app/ui/browser; the other files there are their parts. */
const SCRIPTS = ['home', 'verify', 'copy', 'key-file', 'passkey']

/**
 * Builds the portal if its sources changed. Once this returns, build/portal.js can be loaded; `pages`
 * settles when Remix's part is built too, and is undefined if the build was current. The stamp is
 * deleted first and written last, so that an interrupted build is made again.
 */
export async function build() {
  const inputs = hashInputs()
  if (readStamp() === inputs) return { pages: undefined }
  mkdirSync(BUILD, { recursive: true })
  rmSync(STAMP, { force: true })
  const esbuild = await import('esbuild')
  // Remix's part begins first, because it takes longest; its own process leaves this one free.
  const remix = buildPages()
  remix.catch(() => undefined)
  try {
    await Promise.all([buildPortal(esbuild), buildScripts(esbuild)])
    await esbuild.stop()
  } catch (error) {
    throw new SetupError(`The build failed: ${error instanceof Error ? error.message : error}`)
  }
  const pages = remix.then(() => {
    placeScripts()
    writeFileSync(STAMP, inputs)
  })
  // A caller that awaits `pages` gets the error; without such a caller the process must not crash.
  pages.catch(() => undefined)
  return { pages }
}

/**
 * Builds the portal, and beside it each module that the pages' build leaves out (vite.config.ts):
 * both load the same file, so that each class exists once. Packages stay in node_modules, because
 * some of them find their files by their own path.
 */
async function buildPortal(esbuild) {
  rmSync(join(BUILD, 'shared'), { recursive: true, force: true })
  await esbuild.build({
    absWorkingDir: ROOT,
    entryPoints: {
      portal: 'app/server.ts',
      thread: 'app/engine/thread.server.ts',
      'long-thread': 'app/engine/long-thread.server.ts',
      ...Object.fromEntries(listShared().map((name) => [`shared/${name}`, `app/${name}.ts`])),
    },
    outdir: 'build',
    bundle: true,
    splitting: true,
    chunkNames: 'shared/chunk-[hash]',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    sourcemap: true,
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'silent',
  })
}

/**
 * Bundles each script of app/ui/browser into one file, named by its content. The scripts stay in
 * build/browser until Remix's build ends, because that build empties build/pages at its start.
 */
async function buildScripts(esbuild) {
  const out = join(BUILD, 'browser')
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  const { metafile } = await esbuild.build({
    absWorkingDir: ROOT,
    entryPoints: SCRIPTS.map((name) => join('app', 'ui', 'browser', `${name}.ts`)),
    outdir: out,
    entryNames: '[name]-[hash]',
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    define: { 'process.env.NODE_ENV': '"production"' },
    metafile: true,
    logLevel: 'silent',
  })
  const scripts = {}
  for (const [file, { entryPoint }] of Object.entries(metafile.outputs))
    if (entryPoint) scripts[basename(entryPoint, '.ts')] = `/assets/${basename(file)}`
  writeFileSync(join(BUILD, 'scripts.json.new'), `${JSON.stringify(scripts, null, 2)}\n`)
  renameSync(join(BUILD, 'scripts.json.new'), join(BUILD, 'scripts.json'))
}

function placeScripts() {
  const target = join(BUILD, 'pages', 'client', 'assets')
  mkdirSync(target, { recursive: true })
  cpSync(join(BUILD, 'browser'), target, { recursive: true })
}

async function buildPages() {
  await runQuietly(
    process.execPath,
    [join(ROOT, 'node_modules', '.bin', 'remix'), 'vite:build', '--logLevel', 'warn'],
    'The pages could not be built: the reason stands above.',
    { env: { ...process.env, NODE_ENV: 'production' } },
  )
}

/** The modules of app/services and app/web that a page imports: `services/door/session`, say. */
function listShared() {
  const names = new Set()
  for (const entry of readdirSync(join(ROOT, 'app', 'routes'), {
    recursive: true,
    withFileTypes: true,
  })) {
    if (!entry.isFile()) continue
    const source = readFileSync(join(entry.parentPath, entry.name), 'utf8')
    for (const [, name] of source.matchAll(/'#app\/((?:services|web)\/[^']+)\.ts'/g))
      names.add(name)
  }
  return [...names]
}

/** Hashes paths, sizes and times, which takes a few milliseconds; reading every file takes longer. */
function hashInputs() {
  const hash = createHash('sha256')
  const add = (path) => {
    const found = statSync(path, { bigint: true, throwIfNoEntry: false })
    if (!found) return
    if (found.isDirectory()) {
      for (const name of readdirSync(path).sort())
        if (name !== 'node_modules') add(join(path, name))
    } else if (!/\.test\.tsx?$/.test(path)) {
      hash.update(`${relative(ROOT, path)} ${found.size} ${found.mtimeNs}\n`)
    }
  }
  for (const input of INPUTS) add(join(ROOT, input))
  for (const name of readdirSync(ROOT).sort())
    if (/^(?:tsconfig|tailwind|postcss).*\.(?:json|ts|js)$/.test(name)) add(join(ROOT, name))
  return hash.digest('hex')
}

function readStamp() {
  return existsSync(STAMP) ? readFileSync(STAMP, 'utf8') : undefined
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    checkNode()
    await installMissing()
    await (
      await build()
    ).pages
  } catch (error) {
    explain(error)
    process.exit(1)
  }
}
