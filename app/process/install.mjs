// This file runs before any package is installed, so it is plain JavaScript on bare Node.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '')

/** A person reads its message, without a stack; `output` is the output of the failed program. */
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

/** Runs npm if node_modules differs from the lockfile. */
export async function installMissing() {
  if (isInstalled()) return
  const began = Date.now()
  say('Installing what is missing; the first time takes a minute …')
  await installLocked(ROOT)
  say(`Installed in ${Math.round((Date.now() - began) / 1000)} s.`)
}

/** Installs the packages that a folder's lockfile names. */
export function installLocked(folder) {
  // A run by npm continues with the same npm. NODE_ENV=production must not omit the build tools.
  const npm = process.env.npm_execpath
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']
  return runQuietly(
    npm ? process.execPath : 'npm',
    npm ? [npm, ...args] : args,
    'npm could not install the packages: look at its words above, then run the command again.',
    { cwd: folder },
  )
}

/**
 * npm writes node_modules/.package-lock.json at the end of an installation, by this file or by hand:
 * an interrupted installation has no such file.
 */
function isInstalled() {
  const wanted = readPackages('package-lock.json')
  const found = readPackages(join('node_modules', '.package-lock.json'))
  if (!wanted || !found) return false
  return Object.entries(wanted).every(([place, entry]) => {
    if (!place.startsWith('node_modules/') || entry.link) return true
    if (found[place]) return found[place].version === entry.version
    // npm leaves out the optional packages of other systems; one for this system has to be there.
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
// By default a signal ends a process without the event `exit`. Another listener takes that decision.
for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, () => {
    if (process.listenerCount(signal) === 1) process.exit(1)
  })

/** Runs a program and shows its output only if it fails. The child ends with this process. */
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

/** Progress goes to stderr, so that another program can read a command's stdout. */
export function say(line) {
  process.stderr.write(`${line}\n`)
}

/** Ends a command: a SetupError or a StartError prints one sentence, any other error its stack. */
export function explain(error) {
  if (error?.output) say(error.output.trimEnd())
  const isSentence = error?.name === 'SetupError' || error?.name === 'StartError'
  say(isSentence ? error.message : (error?.stack ?? String(error)))
}
