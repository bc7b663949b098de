import { generateKeyPairSync } from 'node:crypto'
import { afterEach, beforeEach, expect } from 'vitest'
import { createCounterfoil, type Counterfoil } from '../../sdk/src/index.ts'
import type { CounterfoilOptions, Delivery, OutboxEvents } from '../../sdk/src/index.ts'
import { startScriptedPortal, type ScriptedPortal } from './scripted-portal.ts'

/** An outbox, a portal that answers as a test wants it to, and a clock that the test sets. */
export interface OutboxWorld {
  portal: ScriptedPortal
  counterfoil: Counterfoil
  /** Milliseconds since 1970. */
  clock: number
  /** What the outboxes told, in order. */
  heard: [keyof OutboxEvents, Record<string, unknown>][]
  names: () => string[]
  infoOf: (event: keyof OutboxEvents) => Record<string, unknown> | undefined
  /** A further one, which is closed with the test. */
  start: (options?: Partial<CounterfoilOptions>) => Counterfoil
  /** Signs so many, without waiting for any; gives their ids in the order in which they were signed. */
  signMany: (
    count: number,
    more?: object,
    by?: Counterfoil,
  ) => Promise<{ ids: string[]; deliveries: Promise<Delivery>[] }>
}

const { privateKey } = generateKeyPairSync('ed25519')

/** Anew for each test of the file that calls it. */
export function outboxForEach(): OutboxWorld {
  const opened: Counterfoil[] = []
  const heard: OutboxWorld['heard'] = []

  function start(options: Partial<CounterfoilOptions> = {}): Counterfoil {
    const made = createCounterfoil({
      portal: world.portal.origin,
      issuer: 'acme',
      signingKey: privateKey,
      apiKey: 'cfl_test_key',
      now: () => world.clock,
      ...options,
    })
    for (const event of ['stored', 'conflict', 'refused', 'parked', 'retry', 'error'] as const)
      made.on(event, (info: object) => heard.push([event, info as Record<string, unknown>]))
    opened.push(made)
    return made
  }

  const world: OutboxWorld = {
    portal: undefined as never,
    counterfoil: undefined as never,
    clock: 0,
    heard,
    names: () => heard.map(([event]) => event),
    infoOf: (event) => heard.find(([name]) => name === event)?.[1],
    start,
    async signMany(count, more = {}, by = world.counterfoil) {
      const signed = await Promise.all(
        Array.from({ length: count }, (_, i) => by.sign({ output: `answer ${i}`, ...more })),
      )
      return {
        ids: signed.map(({ receiptId }) => receiptId),
        deliveries: signed.map(({ delivery }) => delivery),
      }
    },
  }

  beforeEach(async () => {
    world.clock = Date.parse('2026-11-21T12:00:00Z')
    heard.length = 0
    world.portal = await startScriptedPortal()
    world.counterfoil = start()
  })

  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close({ timeoutMs: 0 })
    await world.portal.close()
  })

  return world
}

export const wait = (ms: number) => new Promise((resume) => setTimeout(resume, ms))

export async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 500 && !condition(); turn++) await wait(10)
  expect(condition()).toBe(true)
}

export const states = async (deliveries: Promise<Delivery>[]): Promise<string[]> =>
  (await Promise.all(deliveries)).map(({ state }) => state)

/** A request that is answered by its abort alone. */
export const hang = (init?: RequestInit): Promise<Response> =>
  new Promise((_resolve, reject) => {
    init?.signal?.addEventListener('abort', () => reject(new Error('aborted')))
  })
