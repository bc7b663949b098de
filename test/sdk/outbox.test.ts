import { describe, expect, test } from 'vitest'
import type { CounterfoilOptions } from '../../sdk/src/index.ts'
import { hang, until, wait, outboxForEach } from '../support/outbox.ts'
import { refuse, storeAll } from '../support/scripted-portal.ts'

const world = outboxForEach()
const { heard, infoOf, signMany, start } = world

describe('batches', () => {
  test('hold at most 1,000 receipts, in the order in which they were signed', async () => {
    world.portal.script.push(() => refuse(503, 'unavailable'))
    const { ids } = await signMany(2_100)
    expect(await world.counterfoil.flush()).toEqual({ waiting: 0, parked: 0 })
    expect(world.portal.asked.slice(1).map(({ receipts }) => receipts.length)).toEqual([
      1000, 1000, 100,
    ])
    const sent = heard.filter(([event]) => event === 'stored').map(([, info]) => info.receiptId)
    expect(sent).toEqual(ids)
  })

  test.each([
    ['letters of three bytes', '語'.repeat(500_000)],
    ['control characters, which JSON spells with six', '\u0001'.repeat(1_000_000)],
    ['bytes that are no text', new Uint8Array(1_500_000).fill(255)],
  ])('are at most 4 MiB on the wire: %s', async (_what, output) => {
    world.portal.script.push(() => refuse(503, 'unavailable'))
    for (let i = 0; i < 6; i++)
      await world.counterfoil.sign({ output, visibility: 'public', meta: { i: String(i) } })
    expect(await world.counterfoil.flush()).toEqual({ waiting: 0, parked: 0 })
    const sizes = world.portal.asked.slice(1).map(({ bytes }) => bytes)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(4 * 1024 * 1024)
    expect(sizes.length).toBeLessThan(6)
  })

  test('more than may wait is refused when it is signed, and there is room again later', async () => {
    world.portal.otherwise = () => refuse(503, 'unavailable')
    const small = start({ waitingBytesMax: 2_000 })
    await expect(signMany(10, {}, small)).rejects.toMatchObject({ code: 'outbox_full' })
    world.portal.otherwise = storeAll
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

  test('an endless patience is endless: neither flush nor close gives up at once', async () => {
    const slow = start({
      fetch: async (url, init) => {
        await wait(200)
        return fetch(url, init)
      },
    })
    await slow.sign({ output: 'x' })
    expect(await slow.flush({ timeoutMs: Infinity })).toEqual({ waiting: 0, parked: 0 })
    const { delivery } = await slow.sign({ output: 'y' })
    await slow.close({ timeoutMs: Infinity })
    expect((await delivery).state).toBe('stored')
  })

  test('flush gives up in time, even with a clock that stands still', async () => {
    world.portal.otherwise = () => refuse(503, 'unavailable')
    await signMany(1)
    const began = performance.now()
    expect(await world.counterfoil.flush({ timeoutMs: 200 })).toEqual({ waiting: 1, parked: 0 })
    expect(performance.now() - began).toBeLessThan(2_000)
  })
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
    expect(world.portal.asked).toEqual([])
  })

  test('nothing is sent before it is kept', async () => {
    let keep: () => void = () => undefined
    const kept = new Promise<void>((resolve) => (keep = resolve))
    const slow = start({ outbox: { ...store, close, add: () => kept } })
    const signing = slow.sign({ output: 'x' })
    await wait(100)
    expect(world.portal.asked).toEqual([])
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
    await until(() => world.portal.asked.length === 1)
    expect(infoOf('error')).toMatchObject({ code: 'outbox_unusable' })
    expect(world.portal.asked[0]!.receipts).toEqual([left.item])
    expect(opens).toBe(2)
  })

  test('a retry of a job whose receipt still waits there gives that receipt', async () => {
    const left = await leftBehind('job-7')
    world.portal.otherwise = () => refuse(503, 'unavailable')
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
    world.clock += 60_000
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
