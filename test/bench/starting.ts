import { spawn } from 'node:child_process'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { median } from './measure.ts'
import type { Row } from './table.ts'

const WARM_ROUNDS = 3
const START_MS_MAX = 60_000

/** From the command to the first verdict; with nothing built and no data, and a second time. */
export async function benchStart(): Promise<Row[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'counterfoil-bench-start-'))
  try {
    // Everything that `npm start` builds; what this process runs from stays.
    for (const name of await readdir('build'))
      if (!name.startsWith('bench')) await rm(join('build', name), { recursive: true, force: true })
    const cold = await startOnce(dataDir)
    const warm: number[] = []
    for (let round = 0; round < WARM_ROUNDS; round++) warm.push(await startOnce(dataDir))
    return [
      row('warm start to the first verdict', median(warm), 3, 1.5),
      row('cold start (nothing built, no data) to the first verdict', cold, 6, 4),
    ]
  } finally {
    const home = await readFile(join(dataDir, 'postgres.home'), 'utf8').catch(() => '')
    if (home.trim() !== '')
      await rm(resolve(dataDir, home.trim()), { recursive: true, force: true })
    await rm(dataDir, { recursive: true, force: true })
  }
}

const row = (what: string, measured: number, first: number, goal: number): Row => ({
  what,
  beside: '–',
  measured,
  unit: 's',
  better: 'less',
  first,
  goal,
  detail: 'npm itself not counted',
})

/** Seconds from the process's start until the link it prints answers with a good verdict. */
async function startOnce(dataDir: string): Promise<number> {
  const begin = performance.now()
  const child = spawn(process.execPath, ['app/process/start.mjs'], {
    env: { ...process.env, DATABASE_URL: '', DATA_DIR: dataDir, PORT: '0', HOST: '127.0.0.1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  try {
    const link = await new Promise<string>((resolve, reject) => {
      let said = ''
      const read = (chunk: Buffer): void => {
        said += chunk.toString()
        const found = /A receipt +(http\S+)/.exec(said)?.[1]
        if (found !== undefined) resolve(found)
      }
      child.stdout.on('data', read)
      child.stderr.on('data', read)
      child.once('exit', () => reject(new Error(`npm start ended: ${said}`)))
      setTimeout(() => reject(new Error(`npm start is too slow: ${said}`)), START_MS_MAX).unref()
    })
    const response = await fetch(`${link.replace('localhost', '127.0.0.1')}.json`)
    const { verdict } = (await response.json()) as { verdict: string }
    if (verdict !== 'valid') throw new Error(`the first verdict was ${verdict}`)
    return (performance.now() - begin) / 1000
  } finally {
    child.kill('SIGINT')
    await ended
  }
}
