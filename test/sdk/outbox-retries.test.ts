import { describe, expect, test } from 'vitest'
import { states, until, wait, outboxForEach } from '../support/outbox.ts'
import { refuse, stored } from '../support/scripted-portal.ts'

const world = outboxForEach()
const { heard, infoOf, names, signMany } = world

describe('a portal that can’t answer now', () => {
  test.each([
    [429, 'rate_limited', '2'],
    [503, 'unavailable', 'Sat, 21 Nov 2026 12:00:02 GMT'],
  ])('%i with Retry-After is asked again then, not before', async (status, code, after) => {
    world.portal.script.push(() => refuse(status, code, { 'retry-after': after }))
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
    world.portal.script.push(() => refuse(503, 'unavailable', { 'retry-after': '600' }))
    await signMany(1)
    await until(() => names().includes('retry'))
    await signMany(20, { model: 'another' })
    await wait(300)
    expect(world.portal.asked).toHaveLength(1)
    expect(await world.counterfoil.flush()).toEqual({ waiting: 0, parked: 0 })
    expect(world.portal.asked.map(({ receipts }) => receipts.length)).toEqual([1, 21])
  })

  test('Retry-After of nothing, or of a hundred years, is taken for what can be meant', async () => {
    world.portal.script.push(() => refuse(503, 'unavailable', { 'retry-after': '0' }))
    world.portal.script.push(() => refuse(503, 'unavailable', { 'retry-after': '999999999' }))
    await signMany(1)
    await until(() => names().length === 2)
    const [first, second] = heard.map(([, info]) => info.afterMs as number)
    expect(first).toBeGreaterThanOrEqual(500)
    expect(second).toBeLessThanOrEqual(3_960_000)
  })

  test('a network error is tried again, and a repeat after a lost answer counts as stored', async () => {
    world.portal.script.push(() => 'drop')
    world.portal.script.push(({ receipts }) => ({
      status: 200,
      json: { results: receipts.map(({ receipt }) => stored(receipt, 200)), usage: {} },
    }))
    const { ids, deliveries } = await signMany(3)
    const arrived = (await Promise.all(deliveries)).map((delivery) => delivery.receiptId)
    expect(arrived).toEqual(ids)
    expect(
      world.portal.asked[1]!.receipts.slice(0, world.portal.asked[0]!.receipts.length),
    ).toEqual(world.portal.asked[0]!.receipts)
  })

  test('waits longer each time, up to a minute', async () => {
    world.portal.otherwise = () => refuse(500, 'internal_error')
    await signMany(1)
    for (let turn = 1; turn <= 10; turn++) {
      await until(() => names().length === turn)
      await world.counterfoil.flush({ timeoutMs: 0 })
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
    world.portal.script.push(() => reply)
    const { deliveries } = await signMany(1)
    await until(() => names().includes('retry'))
    expect(names()).toEqual(['retry'])
    await world.counterfoil.flush()
    expect(await states(deliveries)).toEqual(['stored'])
  })
})
