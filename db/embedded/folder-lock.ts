import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { StartError } from '../start-error.ts'
import { findProcess } from './process-table.ts'

const LOCK = 'portal.lock'

/**
 * One portal per folder: a second portal would take the first one's Postgres for an orphan and stop
 * it. The lock names its holder by process number and start time, so the lock of a killed portal is
 * recognised even when another process has its number; and it names itself, so that a copy is told
 * from it. (If two starters race for a stale lock and both win, Postgres's own lock still keeps the
 * cluster whole.)
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const file = join(folder, LOCK)
  const self = findProcess(process.pid)
  const mine = `${process.pid} ${self?.started ?? ''}\n${file}\n`
  for (let attempt = 0; attempt < 20; attempt++) {
    try {
      await writeFile(file, mine, { flag: 'wx', mode: 0o600 })
      return () => releaseLock(file, mine)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
    const held = await readFile(file, 'utf8').catch(() => '')
    if (held === '' && attempt < 5) {
      // The lock was created a moment ago and has no text yet, or was just released.
      await sleep(50)
      continue
    }
    const { pid, isAlive, path } = readHolder(held)
    if (isAlive && path !== file && (await isThere(path)))
      throw new StartError(
        `The folder ${folder} was copied from ${dirname(path)} while its portal (process ${pid}) was running: stop that portal and copy it again, or give this one an empty DATA_DIR.`,
      )
    if (isAlive)
      throw new StartError(
        `Another portal (process ${pid}) already uses ${folder}: stop it first, or give this one a DATA_DIR of its own.`,
      )
    // A rename, because only one of two starters succeeds with it; the other one looks again.
    const aside = `${file}.${process.pid}`
    if (await rename(file, aside).catch(() => 'gone')) continue
    await rm(aside, { force: true })
  }
  throw new StartError(`The lock ${file} can't be taken: remove it if no portal is running.`)
}

function readHolder(held: string): { pid: string; isAlive: boolean; path: string } {
  const [holder = '', path = ''] = held.split('\n')
  const [pid = '', ...started] = holder.trim().split(' ')
  return { pid, isAlive: findProcess(Number(pid))?.started === started.join(' '), path }
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

/** True: a living portal holds the lock. */
export const isHeld = async (folder: string): Promise<boolean> =>
  readHolder(await readFile(join(folder, LOCK), 'utf8').catch(() => '')).isAlive

async function releaseLock(file: string, mine: string): Promise<void> {
  const held = await readFile(file, 'utf8').catch(() => '')
  if (held === mine) await rm(file, { force: true })
}
