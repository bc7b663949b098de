import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ROOT, SetupError, checkNode, explain } from '../app/process/install.mjs'
import { installLocked, installMissing, runQuietly, say } from '../app/process/install.mjs'

const bin = (name) => join(ROOT, 'node_modules', '.bin', name)

/** What Vitest runs on the newest Node 24: the core's tests and the API's. */
const NEWEST_NODE = [
  ...['--project', 'unit', '--project', 'api', 'sdk/src/receipt/', 'test/api/'],
  ...['--reporter', 'dot', '--silent', 'passed-only'],
]

/** The checks without a database or a browser, two at a time, the slow ones first. */
const STATIC = [
  ['eslint', '.'],
  ['tsc', '-p', '.'],
  ['prettier', '--check', '.'],
  ['tsc', '-p', 'sdk/src/receipt'],
]

async function runStatic() {
  const waiting = [...STATIC]
  const failed = []
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [tool, ...args] = next
      const name = next.join(' ')
      const began = Date.now()
      const seconds = () => `${((Date.now() - began) / 1000).toFixed(1)} s`
      try {
        await runQuietly(process.execPath, [bin(tool), ...args], name)
        say(`✓ ${name}  ${seconds()}`)
      } catch (error) {
        failed.push(name)
        say(`✗ ${name}  ${seconds()}\n${error.output.trimEnd()}`)
      }
    }
  }
  await Promise.all([work(), work()])
  return failed
}

/** Vitest prints by itself: the summary of the last run is the end of the output. */
function runVitest(args, env = {}, node = process.execPath) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, [bin('vitest'), 'run', ...args], {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
    })
    let isStopped = false
    // The terminal sends Ctrl-C to Vitest as well. This process ends after Vitest, so that the end
    // of Vitest's Postgres stays visible.
    const stop = (signal) => {
      isStopped = true
      if (signal === 'SIGTERM') child.kill(signal)
    }
    const signals = ['SIGINT', 'SIGTERM']
    for (const signal of signals) process.on(signal, stop)
    child.on('error', reject)
    child.on('close', (code) => {
      for (const signal of signals) process.off(signal, stop)
      if (isStopped) process.exit(code || 1)
      resolve(code ?? 1)
    })
  })
}

/**
 * Tests the core, the API and the built portal on the newest Node 24, and gives the names of what
 * failed. Portals that the tests start run on the same Node as the tests.
 */
async function testOnNewestNode() {
  const folder = join(ROOT, 'test', 'newest-node')
  const name = `node-${process.platform}-${process.arch}`
  const readManifest = (...path) => {
    const file = join(folder, ...path, 'package.json')
    return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
  }
  const wanted = readManifest().optionalDependencies[name]
  const isThere = () => readManifest('node_modules', name).version === wanted
  if (wanted && !isThere()) await installLocked(folder)
  if (!wanted || !isThere()) {
    say(`Not run: the tests of the core and the API on Node 24, since npm has no ${name} here.`)
    return []
  }
  const began = Date.now()
  say(`The core and the API on Node ${wanted}:`)
  const node = join(folder, 'node_modules', name, 'bin', 'node')
  const code = await runVitest(NEWEST_NODE, {}, node)
  say(`Node ${wanted} took ${Math.round((Date.now() - began) / 1000)} s.`)
  return code === 0 ? [] : [`the tests on Node ${wanted}`]
}

async function check() {
  const failed = await runStatic()
  const code = await runVitest(['--project', 'unit'])
  return conclude(failed, code)
}

async function test(args) {
  const failed = await runStatic()
  const { build } = await import('../app/process/build.mjs')
  await (
    await build()
  ).pages
  const { buildSdk } = await import('../sdk/build.mjs')
  await buildSdk()
  // A filter asks for some tests only, on the Node at hand.
  if (args.length === 0) failed.push(...(await testOnNewestNode()))
  const { missing } = (await import('./support/outside.mjs')).splitOutside()
  if (missing.length > 0)
    say(`Not run: ${missing.map((one) => `${one.file} (no ${one.program} here)`).join(', ')}.`)
  const { findChromium } = await import('./support/chromium.mjs')
  const code = await runVitest(args, { COUNTERFOIL_CHROMIUM: await findChromium() })
  return conclude(failed, code)
}

function conclude(failed, code) {
  if (failed.length > 0) say(`Failed above: ${failed.join(', ')}.`)
  return failed.length > 0 ? 1 : code
}

async function bench() {
  const entry = join(ROOT, 'test', 'bench', 'run.ts')
  if (!existsSync(entry)) throw new SetupError('There is no test/bench/run.ts to run.')
  const { build } = await import('../app/process/build.mjs')
  await (
    await build()
  ).pages
  const esbuild = await import('esbuild')
  const outfile = join(ROOT, 'build', 'bench.js')
  await esbuild.build({
    absWorkingDir: ROOT,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    sourcemap: true,
  })
  // The bench sets the exit code, and the process ends with it.
  await import(pathToFileURL(outfile).href)
}

try {
  checkNode()
  process.chdir(ROOT)
  await installMissing()
  const [command] = process.argv.slice(2)
  if (command === 'check') process.exit(await check())
  else if (command === 'bench') await bench()
  else process.exit(await test(process.argv.slice(2)))
} catch (error) {
  explain(error)
  process.exit(1)
}
