// Plain JavaScript on bare Node: this runs before anything is installed.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '')

/** Said to a person as it stands, without a stack; `output` is the failed program's own words. */
export class SetupError extends Error {
  name = 'SetupError'
  constructor(message, output = '') {
    super(message)
    this.output = output
  }
}

const numbersIn = (text) => text.match(/\d+/g).slice(0, 3).map(Number)

function isAtLeast(version, oldest) {
  const place = version.findIndex((number, at) => number !== oldest[at])
  return place === -1 || version[place] > oldest[place]
}

/** Refuses a Node below the floor, which package.json names as npm reads it: `^20.20.2 || >=24.14.1`. */
export function checkNode(version = process.versions.node) {
  const { engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const ranges = engines.node.split(' || ')
  const found = numbersIn(version)
  const isSupported = ranges.some((range) => {
    const oldest = numbersIn(range)
    return (range.startsWith('>=') || found[0] === oldest[0]) && isAtLeast(found, oldest)
  })
  if (isSupported) return
  const floors = ranges.map((range) => numbersIn(range).join('.'))
  throw new SetupError(
    `Counterfoil needs Node ${floors.slice(0, -1).join(' or ')} or a later release of that line, or ${floors.at(-1)} or any later one, and this is Node ${version}: the releases below lack the security fixes of March 2026. Install the newest LTS from https://nodejs.org and run the command again.`,
  )
}

/** Runs npm if what lies in node_modules isn't what the lockfile says. */
export async function installMissing() {
  if (isInstalled()) return
  const began = Date.now()
  say('Installing what is missing; the first time takes a minute …')
  // A lockfile written where some other system's optional package couldn't be had lacks that
  // package, and `npm ci` then refuses everything. `npm install` takes the locked versions, finds
  // out about the rest, and with --no-save leaves the lockfile as it is.
  await runNpm('ci').catch((error) => {
    if (!/EUSAGE/.test(error.output) || /Invalid:/.test(error.output)) throw error
    return runNpm('install', '--no-save')
  })
  say(`Installed in ${Math.round((Date.now() - began) / 1000)} s.`)
}

function runNpm(...command) {
  // Under npm the very npm that was called; NODE_ENV=production must not leave out the build tools.
  const npm = process.env.npm_execpath
  const args = [...command, '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']
  return runQuietly(
    npm ? process.execPath : 'npm',
    npm ? [npm, ...args] : args,
    'npm could not install the packages: look at its words above, then run the command again.',
  )
}

/**
 * npm notes what it installed in node_modules/.package-lock.json, last of all: an installation that
 * was cut short has no such file, and one by hand is as good as ours.
 */
function isInstalled() {
  const wanted = readPackages('package-lock.json')
  const found = readPackages(join('node_modules', '.package-lock.json'))
  if (!wanted || !found) return false
  return Object.entries(wanted).every(([place, entry]) => {
    if (!place.startsWith('node_modules/') || entry.link) return true
    if (found[place]) return found[place].version === entry.version
    // Optional packages are missing where they don't fit, unless they were made for this machine.
    const isMadeForUs =
      entry.os?.includes(process.platform) && entry.cpu?.includes(process.arch) && !entry.libc
    return Boolean(entry.optional || entry.devOptional || entry.peer) && !isMadeForUs
  })
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(join(ROOT, file), 'utf8')).packages
  } catch {
    return undefined
  }
}

const children = new Set()
process.once('exit', () => {
  for (const child of children) child.kill()
})
// By default a signal ends a process without that event. Whoever else listens decides how it ends.
for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, () => {
    if (process.listenerCount(signal) === 1) process.exit(1)
  })

/** A child whose words are shown only if it fails. It ends with us, unless we are killed. */
export function runQuietly(command, args, failure, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...options,
    })
    children.add(child)
    let output = ''
    const keep = (text) => (output += text)
    child.stdout.setEncoding('utf8').on('data', keep)
    child.stderr.setEncoding('utf8').on('data', keep)
    child.on('error', (error) => reject(new SetupError(failure, String(error))))
    child.on('close', (code) => {
      children.delete(child)
      if (code === 0) resolve(output)
      else reject(new SetupError(failure, output))
    })
  })
}

/** Progress goes to stderr, so that what a command prints on stdout can be used by another one. */
export function say(line) {
  process.stderr.write(`${line}\n`)
}

/** For the end of a command: one sentence if we have one, the whole stack if it is our bug. */
export function explain(error) {
  if (error?.output) say(error.output.trimEnd())
  const isSentence = error?.name === 'SetupError' || error?.name === 'StartError'
  say(isSentence ? error.message : (error?.stack ?? String(error)))
}
