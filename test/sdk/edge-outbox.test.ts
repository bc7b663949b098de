import { generateKeyPairSync } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCounterfoil, type Counterfoil, type Delivery } from '../../sdk/src/index.ts'
import { startScriptedPortal, type ScriptedPortal } from '../support/scripted-portal.ts'

// A worker at the edge: whatever a request began ends with it, and neither fails nor answers.
let portal: ScriptedPortal
let counterfoil: Counterfoil
let clock: number
let isGone: boolean
/** What the ended request's `fetch` would have answered. */
let answerLate: () => void

beforeEach(async () => {
  portal = await startScriptedPortal()
  clock = Date.parse('2026-11-21T12:00:00Z')
  isGone = true
  counterfoil = createCounterfoil({
    portal: portal.origin,
    issuer: 'acme',
    signingKey: generateKeyPairSync('ed25519').privateKey,
    apiKey: 'cfl_test_key',
    now: () => clock,
    fetch: (url, init) =>
      isGone
        ? new Promise((resolve) => (answerLate = () => resolve(fetch(url, init))))
        : fetch(url, init),
  })
})

afterEach(async () => {
  await counterfoil.close({ timeoutMs: 0 })
  await portal.close()
})

const wait = (ms: number): Promise<void> => new Promise((resume) => setTimeout(resume, ms))

test('what a request took along when it ended is sent by the next one that flushes', async () => {
  const stored: string[] = []
  counterfoil.on('stored', ({ receiptId }) => stored.push(receiptId))
  const first = await counterfoil.sign({ output: 'its request ended' })
  await wait(20)
  isGone = false
  const second = await counterfoil.sign({ output: 'of the next request' })
  const flushing = counterfoil.flush({ timeoutMs: 5_000 })
  await wait(700)
  // A slow portal is not asked twice at once.
  expect(portal.asked).toHaveLength(0)
  clock += 10_000
  expect(await flushing).toEqual({ waiting: 0, parked: 0 })
  const states = await Promise.all([first.delivery, second.delivery])
  expect(states.map(({ state }: Delivery) => state)).toEqual(['stored', 'stored'])
  expect(stored).toEqual([first.receiptId, second.receiptId])

  // The first one's answer after all: heard of once, and nobody is disturbed.
  answerLate()
  await wait(100)
  expect(portal.asked).toHaveLength(2)
  expect(stored).toHaveLength(2)
  const third = await counterfoil.sign({ output: 'later' })
  expect((await third.delivery).state).toBe('stored')
})
