import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { createDiskStore } from '../../sdk/src/outbox/disk-store.ts'
import { createCounterfoil, type Counterfoil } from '../../sdk/src/index.ts'
import type { CounterfoilOptions } from '../../sdk/src/index.ts'
import { freshDatabase } from './database.ts'
import { openLedger, type Ledger } from './ledger.ts'
import { startPortal, type Portal } from './portal.ts'
import type { SignMany } from './sign-many.ts'
import { createApiKey, createService, type ApiKeyAnswer, type Service } from './world.ts'

const program = resolve(import.meta.dirname, '../../build/test/sign-many.mjs')
/** Where no portal is. */
export const NOWHERE = 'http://127.0.0.1:9'
/** How many receipts a process signs unless it is told otherwise. */
export const COUNT = 1_000

/** A portal on a database of its own, and an outbox's file, new for each test. */
export interface DiskWorld {
  portal: Portal
  ledger: Ledger
  service: Service
  apiKey: ApiKeyAnswer
  folder: string
  file: string
  /** What a Counterfoil of this service needs. */
  keys: () => Pick<CounterfoilOptions, 'portal' | 'issuer' | 'apiKey'> & { signingKey: string }
  /** A service in this process on the same file. */
  start: (options?: Partial<CounterfoilOptions>) => Counterfoil
  /** One in a process of its own; `said` has its lines so far, `ids` what it was told, by number. */
  spawnSigner: (told?: Partial<SignMany>) => {
    child: ChildProcess
    said: string[]
    ids: () => Map<number, string>
  }
}

/** For the file that calls it. */
export function diskOutboxForEach(): DiskWorld {
  const children: ChildProcess[] = []
  const opened: Counterfoil[] = []
  let drop: () => Promise<void>

  const world: DiskWorld = {
    portal: undefined as never,
    ledger: undefined as never,
    service: undefined as never,
    apiKey: undefined as never,
    folder: '',
    file: '',
    keys: () => ({
      portal: world.portal.origin,
      issuer: world.service.slug,
      apiKey: world.apiKey.apiKey,
      signingKey: JSON.stringify(world.service.signer.privateJwk),
    }),
    start(options = {}) {
      const outbox = createDiskStore(world.file)
      const made = createCounterfoil({ ...world.keys(), outbox, ...options })
      opened.push(made)
      return made
    },
    spawnSigner(told = {}) {
      const all: SignMany = {
        ...world.keys(),
        file: world.file,
        rewriteBytes: 8_000_000,
        prefix: 'answer',
        count: COUNT,
        jobs: false,
        ...told,
      }
      const child = spawn(process.execPath, [program, JSON.stringify(all)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      children.push(child)
      const said = linesOf(child)
      // Only whole lines were said.
      return {
        child,
        said,
        ids: () => new Map(said.filter((line) => line.includes(' ')).map(readLine)),
      }
    },
  }

  beforeAll(async () => {
    await build({
      entryPoints: [resolve(import.meta.dirname, 'sign-many.ts')],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
    })
    const database = await freshDatabase()
    drop = () => database.drop()
    world.portal = await startPortal(database.connection)
    world.ledger = openLedger(database.connection)
    world.service = await createService(world.portal)
  })

  afterAll(async () => {
    await world.ledger.close()
    await world.portal.stop()
    await drop()
  })

  beforeEach(async () => {
    world.apiKey = await createApiKey(world.portal, world.service.slug)
    world.folder = await mkdtemp(join(tmpdir(), 'counterfoil-outbox-'))
    world.file = join(world.folder, 'deeper', 'outbox.jsonl')
  })

  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close()
    for (const child of children.splice(0)) await kill(child)
    await rm(world.folder, { recursive: true, force: true })
  })

  return world
}

/** What a process has printed so far, in whole lines; it grows. */
export function linesOf(child: ChildProcess): string[] {
  const said: string[] = []
  let rest = ''
  child.stdout!.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n')
    rest = lines.pop()!
    said.push(...lines)
  })
  return said
}

const readLine = (line: string): [number, string] => {
  const [i, id] = line.split(' ')
  return [Number(i), id!]
}

export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'close')
  child.kill('SIGKILL')
  await gone
}

/** Processes take their time: twenty seconds at most. */
export async function untilSaid(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 4_000 && !condition(); turn++)
    await new Promise((resume) => setTimeout(resume, 5))
  expect(condition()).toBe(true)
}
