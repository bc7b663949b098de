import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT, SetupError, runQuietly, say } from '../../app/process/install.mjs'

const run = promisify(execFile)
const isRoot = process.getuid?.() === 0

/** Nothing is fetched behind a test's back; the sandbox can't be had as root. */
export const CHROMIUM_FLAGS = [
  ...(isRoot ? ['--no-sandbox'] : []),
  '--headless',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome']
const PLACES = [
  '/opt/google/chrome/chrome',
  '/usr/lib/chromium/chromium',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/** A browser that runs, wherever it comes from: named, installed, Playwright's, or Debian's. */
export async function findChromium() {
  const named = process.env.COUNTERFOIL_CHROMIUM
  if (named) {
    if (await works(named)) return named
    throw new SetupError(
      `COUNTERFOIL_CHROMIUM names ${named}, which doesn't run: correct it or unset it.`,
    )
  }
  const found = (await findInstalled()) ?? (await findPlaywrights())
  if (found) return found

  say('Looking for a browser to test in; there is none yet …')
  const downloaded = await installPlaywrights()
  if (downloaded) return downloaded
  const packaged = await installDebians()
  if (packaged) return packaged
  throw new SetupError(
    'No Chromium was found and none could be installed: install Chromium or Chrome, or set COUNTERFOIL_CHROMIUM to its path.',
  )
}

async function findInstalled() {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin']
  const paths = NAMES.flatMap((name) => folders.filter(Boolean).map((dir) => join(dir, name)))
  for (const path of [...paths, ...PLACES]) if (await works(path)) return path
  return undefined
}

async function findPlaywrights() {
  const { chromium } = await import('playwright')
  const path = chromium.executablePath()
  return path && (await works(path)) ? path : undefined
}

async function installPlaywrights() {
  const cli = join(ROOT, 'node_modules', 'playwright', 'cli.js')
  // On a closed network this must give up soon: Debian's package comes next.
  const env = { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '15000', ...process.env }
  await runQuietly(process.execPath, [cli, 'install', 'chromium'], 'no download', {
    env,
    timeout: 300_000,
  }).catch(() => undefined)
  return findPlaywrights()
}

async function installDebians() {
  if (!isRoot || !existsSync('/usr/bin/apt-get')) return undefined
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const apt = (...args) => runQuietly('/usr/bin/apt-get', args, 'apt-get failed', { env })
  try {
    await apt('update')
    await apt('install', '-y', '--no-install-recommends', 'chromium', 'fonts-dejavu-core')
  } catch (error) {
    say(error.output.trimEnd())
    return undefined
  }
  return findInstalled()
}

/** Being there isn't enough: Ubuntu's `chromium-browser` may be a script that asks for snap. */
async function works(path) {
  if (!existsSync(path)) return false
  return run(path, ['--version'], { timeout: 20_000 }).then(
    ({ stdout }) => /chrom/i.test(stdout),
    () => false,
  )
}
