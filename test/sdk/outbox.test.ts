import { generateKeyPairSync } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createCounterfoil, type Counterfoil } from '../../sdk/src/index.ts'
import type { CounterfoilOptions, Delivery, OutboxEvents } from '../../sdk/src/index.ts'
import {
  problem,
  refuse,
  startScriptedPortal,
  storeAll,
  stored,
  type ScriptedPortal,
} from '../support/scripted-portal.ts'

let portal: ScriptedPortal
let counterfoil: Counterfoil
let clock: number
const { privateKey } = generateKeyPairSync('ed25519')
const opened: Counterfoil[] = []

/** What the outbox told, in order. */
const heard: [keyof OutboxEvents, Record<string, unknown>][] = []

function start(options: Partial<CounterfoilOptions> = {}): Counterfoil {
  const made = createCounterfoil({
    portal: portal.origin,
    issuer: 'acme',
    signingKey: privateKey,
    apiKey: 'cfl_test_key',
    now: () => clock,
    ...options,
  })
  for (const event of ['stored', 'conflict', 'refused', 'parked', 'retry', 'error'] as const)
    made.on(event, (info: object) => heard.push([event, info as Record<string, unknown>]))
  opened.push(made)
  return made
}

beforeEach(async () => {
  clock = Date.parse('2026-11-21T12:00:00Z')
  heard.length = 0
  portal = await startScriptedPortal()
  counterfoil = start()
})

afterEach(async () => {
  for (const one of opened.splice(0)) await one.close({ timeoutMs: 0 })
  await portal.close()
})

const names = (): string[] => heard.map(([event]) => event)
const infoOf = (event: keyof OutboxEvents) => heard.find(([name]) => name === event)?.[1]
const wait = (ms: number) => new Promise((resume) => setTimeout(resume, ms))

async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 500 && !condition(); turn++) await wait(10)
  expect(condition()).toBe(true)
}

/** Signs so many, without waiting for any; gives their ids in the order in which they were signed. */
async function signMany(count: number, more: object = {}, by = counterfoil) {
  const signed = await Promise.all(
    Array.from({ length: count }, (_, i) => by.sign({ output: `answer ${i}`, ...more })),
  )
  return {
    ids: signed.map(({ receiptId }) => receiptId),
    deliveries: signed.map(({ delivery }) => delivery),
  }
}

const states = async (deliveries: Promise<Delivery>[]): Promise<string[]> =>
  (await Promise.all(deliveries)).map(({ state }) => state)

describe('a portal that can’t answer now', () => {
  test.each([
    [429, 'rate_limited', '2'],
    [503, 'unavailable', 'Sat, 21 Nov 2026 12:00:02 GMT'],
  ])('%i with Retry-After is asked again then, not before', async (status, code, after) => {
    portal.script.push(() => refuse(status, code, { 'retry-after': after }))
    const began = performance.now()
    const { deliveries } = await signMany(1)
    expect(await states(deliveries)).toEqual(['stored'])
    expect(performance.now() - began).toBeGreaterThan(1_990)
    expect(names()).toEqual(['retry', 'stored'])
    expect(infoOf('retry')).toMatchObject({
      attempt: 1,
      why: expect.stringContaining(code) as string,
    })
    expect(infoOf('retry')!.afterMs).toBeGreaterThanOrEqual(2_000)
    expect(infoOf('retry')!.afterMs).toBeLessThanOrEqual(2_200)
  })

  test('what is signed meanwhile doesn’t ask it earlier', async () => {
    portal.script.push(() => refuse(503, 'unavailable', { 'retry-after': '600' }))
    await signMany(1)
    await until(() => names().includes('retry'))
    await signMany(20, { model: 'another' })
    await wait(300)
    expect(portal.asked).toHaveLength(1)
    expect(await counterfoil.flush()).toEqual({ waiting: 0, parked: 0 })
    expect(portal.asked.map(({ receipts }) => receipts.length)).toEqual([1, 21])
  })

  test('Retry-After of nothing, or of a hundred years, is taken for what can be meant', async () => {
    portal.script.push(() => refuse(503, 'unavailable', { 'retry-after': '0' }))
    portal.script.push(() => refuse(503, 'unavailable', { 'retry-after': '999999999' }))
    await signMany(1)
    await until(() => names().length === 2)
    const [first, second] = heard.map(([, info]) => info.afterMs as number)
    expect(first).toBeGreaterThanOrEqual(500)
    expect(second).toBeLessThanOrEqual(3_960_000)
  })

  test('a network error is tried again, and a repeat after a lost answer counts as stored', async () => {
    portal.script.push(() => 'drop')
    portal.script.push(({ receipts }) => ({
      status: 200,
      json: { results: receipts.map(({ receipt }) => stored(receipt, 200)), usage: {} },
    }))
    const { ids, deliveries } = await signMany(3)
    const arrived = (await Promise.all(deliveries)).map((delivery) => delivery.receiptId)
    expect(arrived).toEqual(ids)
    expect(portal.asked[1]!.receipts.slice(0, portal.asked[0]!.receipts.length)).toEqual(
      portal.asked[0]!.receipts,
    )
  })

  test('waits longer each time, up to a minute', async () => {
    portal.otherwise = () => refuse(500, 'internal_error')
    await signMany(1)
    for (let turn = 1; turn <= 10; turn++) {
      await until(() => names().length === turn)
      await counterfoil.flush({ timeoutMs: 0 })
    }
    const waits = heard.slice(0, 10).map(([, info]) => info.afterMs as number)
    waits.forEach((ms, i) => {
      const whole = Math.min(60_000, 500 * 2 ** i)
      expect(ms).toBeGreaterThanOrEqual(whole / 2)
      expect(ms).toBeLessThanOrEqual(whole)
    })
  })

  test.each([
    ['a page of a proxy', { status: 200, text: '<h1>Welcome to this hotel’s network</h1>' }],
    ['other JSON', { status: 200, json: { ok: true } }],
    ['results of other receipts', { status: 200, json: { results: [stored('other')] } }],
    ['no results', { status: 200, json: { results: [null] } }],
    ['half a result', { status: 200, json: { results: [{ status: 201 }] } }],
    ['a redirect', { status: 307, headers: { location: 'https://example.com/' }, json: {} }],
  ])('%s for an answer costs no receipt', async (_what, reply) => {
    portal.script.push(() => reply)
    const { deliveries } = await signMany(1)
    await until(() => names().includes('retry'))
    expect(names()).toEqual(['retry'])
    await counterfoil.flush()
    expect(await states(deliveries)).toEqual(['stored'])
  })
})

describe('a full cap', () => {
  const resetsAt = '2026-12-01T00:00:00Z'
  const capped = () => problem(402, 'cap_exceeded', { resetsAt })

  test('filled in the middle of a batch, the rest waits until it resets, and goes on in order then', async () => {
    portal.script.push(() => refuse(503, 'unavailable'))
    const { ids, deliveries } = await signMany(10)
    portal.script.push(({ receipts }) => ({
      status: 200,
      json: { results: receipts.map(({ receipt }, i) => (i < 4 ? stored(receipt) : capped())) },
    }))
    expect(await counterfoil.flush()).toEqual({ waiting: 6, parked: 6 })
    expect(await states(deliveries.slice(0, 4))).toEqual(Array(4).fill('stored'))
    expect(infoOf('parked')).toMatchObject({ until: Date.parse(resetsAt), count: 6 })

    // Neither what is signed meanwhile nor a flush asks the portal again.
    const later = await signMany(1, { model: 'another' })
    clock = Date.parse(resetsAt) - 1
    expect(await counterfoil.flush()).toEqual({ waiting: 7, parked: 7 })
    expect(portal.asked).toHaveLength(2)

    clock = Date.parse(resetsAt)
    expect(await counterfoil.flush()).toEqual({ waiting: 0, parked: 0 })
    const sent = heard.filter(([event]) => event === 'stored').map(([, info]) => info.receiptId)
    expect(sent).toEqual([...ids, ...later.ids])
  })

  test('a place that was reserved is used while the others wait', async () => {
    portal.script.push(() => ({ status: 200, json: { results: [capped()] } }))
    await signMany(1)
    await until(() => names().includes('parked'))
    const { deliveries } = await signMany(1, { reservation: 'rsv_one', output: 'reserved' })
    expect(await states(deliveries)).toEqual(['stored'])
    expect(portal.asked[1]!.receipts).toMatchObject([{ reservation: 'rsv_one' }])
    expect(await counterfoil.flush()).toEqual({ waiting: 1, parked: 1 })
  })

  test('a reservation that no longer holds waits too, and doesn’t ask for ever', async () => {
    portal.otherwise = ({ receipts }) => ({ status: 200, json: { results: receipts.map(capped) } })
    await signMany(2, { reservation: 'rsv_late' })
    await until(() => names().includes('parked'))
    expect(await counterfoil.flush()).toEqual({ waiting: 2, parked: 2 })
    await wait(100)
    expect(portal.asked.length).toBeLessThanOrEqual(2)
  })

  test('after the cap was raised, flush({ parked: true }) sends what waited for it', async () => {
    portal.script.push(() => ({ status: 200, json: { results: [capped()] } }))
    const { deliveries } = await signMany(1)
    await until(() => names().includes('parked'))
    expect(await counterfoil.flush({ parked: true })).toEqual({ waiting: 0, parked: 0 })
    expect(await states(deliveries)).toEqual(['stored'])
  })

  test('a portal whose month has begun by our clock, but not by its own, isn’t asked without end', async () => {
    clock = Date.parse('2026-12-01T00:00:05Z')
    portal.otherwise = ({ receipts }) => ({ status: 200, json: { results: receipts.map(capped) } })
    await signMany(1)
    await wait(300)
    expect(portal.asked).toHaveLength(1)
    expect(infoOf('parked')).toMatchObject({ until: clock + 60_000 })
  })
})

describe('refusals', () => {
  test('what is refused is set aside with its reason, and the others are stored', async () => {
    portal.script.push(() => refuse(503, 'unavailable'))
    const { ids, deliveries } = await signMany(3)
    portal.script.push(({ receipts }) => ({
      status: 200,
      json: {
        results: [
          stored(receipts[0]!.receipt),
          problem(422, 'signing_key_revoked'),
          stored(receipts[2]!.receipt),
        ],
      },
    }))
    expect(await counterfoil.flush()).toEqual({ waiting: 0, parked: 0 })
    expect(await states(deliveries)).toEqual(['stored', 'refused', 'stored'])
    expect(infoOf('refused')).toMatchObject({
      receiptId: ids[1],
      problem: { status: 422, code: 'signing_key_revoked' },
    })
  })

  test('a job that has a receipt already gives that one’s id and link', async () => {
    const other = `rec_${'0'.repeat(32)}`
    portal.script.push(() => ({
      status: 200,
      json: { results: [problem(409, 'job_conflict', { receiptId: other })] },
    }))
    const { delivery } = await counterfoil.sign({ output: 'again', jobId: 'job-1' })
    expect(await delivery).toMatchObject({
      state: 'conflict',
      receiptId: other,
      verifyUrl: `${portal.origin}/r/${other}`,
    })
  })

  test.each([
    [401, 'invalid_api_key'],
    [403, 'scope_missing'],
    [404, 'not_found'],
    [415, 'unsupported_media_type'],
  ])('%i keeps everything, says so, and flush doesn’t wait for a wonder', async (status, code) => {
    portal.otherwise = () => refuse(status, code)
    const { deliveries } = await signMany(5)
    const began = performance.now()
    expect(await counterfoil.flush()).toEqual({ waiting: 5, parked: 0 })
    expect(performance.now() - began).toBeLessThan(5_000)
    expect(infoOf('error')).toMatchObject({ code: 'portal_refused', problem: { status, code } })
    portal.otherwise = storeAll
    await counterfoil.flush()
    expect(await states(deliveries)).toEqual(Array(5).fill('stored'))
  })

  test('an API key that is revoked while its batch is taken in costs no receipt', async () => {
    portal.script.push(() => refuse(503, 'unavailable'))
    const { deliveries } = await signMany(2)
    portal.script.push(({ receipts }) => ({
      status: 200,
      json: { results: [stored(receipts[0]!.receipt), problem(401, 'invalid_api_key')] },
    }))
    expect(await counterfoil.flush()).toEqual({ waiting: 1, parked: 0 })
    await counterfoil.flush()
    expect(await states(deliveries)).toEqual(['stored', 'stored'])
  })

  test.each([
    [413, 'payload_too_large'],
    [400, 'malformed_json'],
  ])('%i halves the batch until the one that is to blame is alone', async (status, code) => {
    portal.script.push(() => refuse(503, 'unavailable'))
    const { ids, deliveries } = await signMany(32)
    const culprit = 20
    let jws = ''
    portal.otherwise = (asked) => {
      if (asked.receipts.length === 32) jws = asked.receipts[culprit]!.receipt
      return asked.receipts.some(({ receipt }) => receipt === jws)
        ? refuse(status, code)
        : storeAll(asked)
    }
    expect(await counterfoil.flush()).toEqual({ waiting: 0, parked: 0 })
    expect((await states(deliveries)).filter((state) => state === 'refused')).toHaveLength(1)
    expect(infoOf('refused')).toMatchObject({ receiptId: ids[culprit], problem: { status, code } })
    expect(portal.asked.length).toBeLessThan(20)
  })
})

describe('batches', () => {
  test('hold at most 1,000 receipts, in the order in which they were signed', async () => {
    portal.script.push(() => refuse(503, 'unavailable'))
    const { ids } = await signMany(2_100)
    expect(await counterfoil.flush()).toEqual({ waiting: 0, parked: 0 })
    expect(portal.asked.slice(1).map(({ receipts }) => receipts.length)).toEqual([1000, 1000, 100])
    const sent = heard.filter(([event]) => event === 'stored').map(([, info]) => info.receiptId)
    expect(sent).toEqual(ids)
  })

  test.each([
    ['letters of three bytes', '語'.repeat(500_000)],
    ['control characters, which JSON spells with six', '\u0001'.repeat(1_000_000)],
    ['bytes that are no text', new Uint8Array(1_500_000).fill(255)],
  ])('are at most 4 MiB on the wire: %s', async (_what, output) => {
    portal.script.push(() => refuse(503, 'unavailable'))
    for (let i = 0; i < 6; i++)
      await counterfoil.sign({ output, visibility: 'public', meta: { i: String(i) } })
    expect(await counterfoil.flush()).toEqual({ waiting: 0, parked: 0 })
    const sizes = portal.asked.slice(1).map(({ bytes }) => bytes)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(4 * 1024 * 1024)
    expect(sizes.length).toBeLessThan(6)
  })

  test('more than may wait is refused when it is signed, and there is room again later', async () => {
    portal.otherwise = () => refuse(503, 'unavailable')
    const small = start({ waitingBytesMax: 2_000 })
    await expect(signMany(10, {}, small)).rejects.toMatchObject({ code: 'outbox_full' })
    portal.otherwise = storeAll
    expect(await small.flush()).toEqual({ waiting: 0, parked: 0 })
    await signMany(1, {}, small)
  })
})

describe('ending', () => {
  test('close ends a request that is never answered, and says what was not sent', async () => {
    const hanging = start({ fetch: (_url, init) => hang(init) })
    const { delivery, receiptId } = await hanging.sign({ output: 'x' })
    const began = performance.now()
    await Promise.all([hanging.close({ timeoutMs: 50 }), hanging.close()])
    expect(performance.now() - began).toBeLessThan(1_000)
    expect(await delivery).toEqual({ state: 'unsent', receiptId })
    await expect(hanging.sign({ output: 'y' })).rejects.toMatchObject({ code: 'closed' })
  })

  test('close waits for an answer that is on its way', async () => {
    const slow = start({
      fetch: async (url, init) => {
        const response = await fetch(url, init)
        await wait(200)
        return response
      },
    })
    const { delivery } = await slow.sign({ output: 'x' })
    await slow.close()
    expect((await delivery).state).toBe('stored')
  })

  test('a flush that meets a close ends with it', async () => {
    const hanging = start({ fetch: (_url, init) => hang(init) })
    await hanging.sign({ output: 'x' })
    const flushing = hanging.flush()
    await hanging.close({ timeoutMs: 0 })
    expect(await flushing).toEqual({ waiting: 1, parked: 0 })
  })

  test('flush gives up in time, even with a clock that stands still', async () => {
    portal.otherwise = () => refuse(503, 'unavailable')
    await signMany(1)
    const began = performance.now()
    expect(await counterfoil.flush({ timeoutMs: 200 })).toEqual({ waiting: 1, parked: 0 })
    expect(performance.now() - began).toBeLessThan(2_000)
  })
})

const hang = (init?: RequestInit): Promise<Response> =>
  new Promise((_resolve, reject) => {
    init?.signal?.addEventListener('abort', () => reject(new Error('aborted')))
  })

describe('a store that fails', () => {
  const store = { open: () => Promise.resolve([]), remove: () => Promise.resolve() }
  const close = () => Promise.resolve()

  test('what it could not keep is never sent, and its signing says so', async () => {
    const broken = start({
      outbox: { ...store, close, add: () => Promise.reject(new Error('disk full')) },
    })
    await expect(broken.sign({ output: 'x' })).rejects.toMatchObject({
      code: 'outbox_unusable',
      message: expect.stringContaining('disk full') as string,
    })
    expect(await broken.flush()).toEqual({ waiting: 0, parked: 0 })
    expect(portal.asked).toEqual([])
  })

  test('nothing is sent before it is kept', async () => {
    let keep: () => void = () => undefined
    const kept = new Promise<void>((resolve) => (keep = resolve))
    const slow = start({ outbox: { ...store, close, add: () => kept } })
    const signing = slow.sign({ output: 'x' })
    await wait(100)
    expect(portal.asked).toEqual([])
    keep()
    expect((await (await signing).delivery).state).toBe('stored')
  })

  test('one that can’t be opened is tried again, and what it holds is sent then', async () => {
    let opens = 0
    const left = await leftBehind()
    start({
      outbox: {
        ...store,
        close,
        add: () => Promise.resolve(),
        open: () => (++opens === 1 ? Promise.reject(new Error('in use')) : Promise.resolve([left])),
      },
    })
    await until(() => portal.asked.length === 1)
    expect(infoOf('error')).toMatchObject({ code: 'outbox_unusable' })
    expect(portal.asked[0]!.receipts).toEqual([left.item])
    expect(opens).toBe(2)
  })

  test('a retry of a job whose receipt still waits there gives that receipt', async () => {
    const left = await leftBehind('job-7')
    portal.otherwise = () => refuse(503, 'unavailable')
    const next = start({
      outbox: {
        ...store,
        close,
        add: () => Promise.resolve(),
        open: async () => {
          await wait(50)
          return [left]
        },
      },
    })
    clock += 60_000
    const again = await next.sign({ output: 'left', jobId: 'job-7' })
    expect(again.receiptId).toBe(left.receiptId)
    const other = await next.sign({ output: 'left', jobId: 'job-7', status: 'partial' })
    expect(other.receiptId).not.toBe(left.receiptId)
  })

  /** A receipt as an earlier process left it. */
  async function leftBehind(jobId?: string) {
    const items: { receiptId: string; jobId: string | null; item: object }[] = []
    const before = start({
      fetch: (_url, init) => hang(init),
      outbox: { ...store, close, add: (item) => Promise.resolve(void items.push(item)) },
    })
    await before.sign({ output: 'left', jobId })
    return items[0]! as Parameters<NonNullable<CounterfoilOptions['outbox']>['add']>[0]
  }
})
