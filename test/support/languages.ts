import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A program that runs scripts of a language; null: this machine has none, and can't get one. */
export type Language = 'python' | 'go' | 'shell'

interface Wanted {
  /** Debian's own Python is where Debian's packages for Python are. */
  commands: string[]
  works: string[]
  packages: string[]
}

const WANTED: Record<Language, Wanted> = {
  python: {
    commands: ['/usr/bin/python3', 'python3'],
    works: ['-c', 'import jwt, cryptography'],
    packages: ['python3-jwt', 'python3-cryptography'],
  },
  go: {
    commands: ['go', '/usr/lib/go/bin/go', '/usr/local/go/bin/go'],
    works: ['version'],
    packages: ['golang-go'],
  },
  shell: {
    commands: ['openssl'],
    works: ['genpkey', '-algorithm', 'ed25519'],
    packages: ['openssl', 'curl'],
  },
}

/**
 * What is installed; else, as root on Debian, what apt can install. On a machine where neither
 * helps, one line says so: a test that can't run there is not one that passed.
 */
export async function findLanguage(language: Language): Promise<string | null> {
  const wanted = WANTED[language]
  const found = await findWorking(wanted)
  if (found !== null) return found
  const why = await installByApt(wanted.packages)
  const installed = why === null ? await findWorking(wanted) : null
  if (installed === null)
    process.stderr.write(
      `Skipped by this machine: nothing runs ${language} here (${wanted.packages.join(', ')}); ${why ?? 'installed, but it does not work'}.\n`,
    )
  return installed
}

async function findWorking({ commands, works }: Wanted): Promise<string | null> {
  for (const command of commands) {
    const isWorking = await run(command, works, { timeout: 60_000 }).then(
      () => true,
      () => false,
    )
    if (isWorking) return command
  }
  return null
}

/** Null: done. Else why not. */
async function installByApt(packages: string[]): Promise<string | null> {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get'))
    return 'only root can install it, by apt'
  const options = {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    timeout: 400_000,
  }
  try {
    await run('/usr/bin/apt-get', ['update', '-qq'], options)
    // Another test may be installing too: the lock is waited for.
    const args = [
      'install',
      '-y',
      '-qq',
      '--no-install-recommends',
      '-o',
      'DPkg::Lock::Timeout=300',
    ]
    await run('/usr/bin/apt-get', [...args, ...packages], options)
    return null
  } catch (error) {
    return `apt-get could not install it: ${(error as Error).message.split('\n')[0]!}`
  }
}
