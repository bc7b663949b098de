import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ROOT, SetupError, checkNode, explain } from '../app/process/install.mjs'
import { installMissing, runQuietly, say } from '../app/process/install.mjs'

const bin = (name) => join(ROOT, 'node_modules', '.bin', name)

/** What needs no database and no browser; the slow ones first, two at a time. */
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

/** Vitest speaks for itself, and its summary is the end of what is printed. */
function runVitest(args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin('vitest'), 'run', ...args], {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
    })
    // Ctrl-C reaches Vitest by itself, which stops its Postgres; leaving first would hide that.
    for (const signal of ['SIGINT', 'SIGTERM'])
      process.on(signal, () => signal === 'SIGTERM' && child.kill(signal))
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? 1))
  })
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
  const { findChromium } = await import('./support/chromium.mjs')
  const code = await runVitest(args, { COUNTERFOIL_CHROMIUM: await findChromium() })
  return conclude(failed, code)
}

function conclude(failed, code) {
  if (failed.length > 0) say(`Failed before the tests: ${failed.join(', ')} (see above).`)
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
  // It ends by itself, with the exit code it sets.
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
