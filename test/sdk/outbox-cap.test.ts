import { describe, expect, test, vi } from 'vitest'
import { states, until, wait, outboxForEach } from '../support/outbox.ts'
import { problem, refuse, stored, type Asked } from '../support/scripted-portal.ts'

const world = outboxForEach()
const { heard, infoOf, names, signMany, start } = world

describe('a full cap', () => {
  const resetsAt = '2026-12-01T00:00:00Z'
  const capped = () => problem(402, 'cap_exceeded', { resetsAt })

  test('filled in the middle of a batch, the rest waits until it resets, and goes on in order then', async () => {
    world.portal.script.push(() => refuse(503, 'unavailable'))
    const { ids, deliveries } = await signMany(10)
    world.portal.script.push(({ receipts }) => ({
      status: 200,
      json: { results: receipts.map(({ receipt }, i) => (i < 4 ? stored(receipt) : capped())) },
    }))
    expect(await world.counterfoil.flush()).toEqual({ waiting: 6, parked: 6 })
    expect(await states(deliveries.slice(0, 4))).toEqual(Array(4).fill('stored'))
    expect(infoOf('parked')).toMatchObject({ until: Date.parse(resetsAt), count: 6 })

    // Neither what is signed meanwhile nor a flush asks the portal again.
    const later = await signMany(1, { model: 'another' })
    world.clock = Date.parse(resetsAt) - 1
    expect(await world.counterfoil.flush()).toEqual({ waiting: 7, parked: 7 })
    expect(world.portal.asked).toHaveLength(2)

    world.clock = Date.parse(resetsAt)
    expect(await world.counterfoil.flush()).toEqual({ waiting: 0, parked: 0 })
    const sent = heard.filter(([event]) => event === 'stored').map(([, info]) => info.receiptId)
    expect(sent).toEqual([...ids, ...later.ids])
  })

  test('a place that was reserved is used while the others wait', async () => {
    world.portal.script.push(() => ({ status: 200, json: { results: [capped()] } }))
    await signMany(1)
    await until(() => names().includes('parked'))
    const { deliveries } = await signMany(1, { reservation: 'rsv_one', output: 'reserved' })
    expect(await states(deliveries)).toEqual(['stored'])
    expect(world.portal.asked[1]!.receipts).toMatchObject([{ reservation: 'rsv_one' }])
    expect(await world.counterfoil.flush()).toEqual({ waiting: 1, parked: 1 })
  })

  test('a reservation that no longer holds waits too, and doesn’t ask for ever', async () => {
    world.portal.otherwise = ({ receipts }) => ({
      status: 200,
      json: { results: receipts.map(capped) },
    })
    await signMany(2, { reservation: 'rsv_late' })
    await until(() => names().includes('parked'))
    expect(await world.counterfoil.flush()).toEqual({ waiting: 2, parked: 2 })
    await wait(100)
    expect(world.portal.asked.length).toBeLessThanOrEqual(2)
  })

  test('after the cap was raised, flush({ parked: true }) sends what waited for it', async () => {
    world.portal.script.push(() => ({ status: 200, json: { results: [capped()] } }))
    const { deliveries } = await signMany(1)
    await until(() => names().includes('parked'))
    expect(await world.counterfoil.flush({ parked: true })).toEqual({ waiting: 0, parked: 0 })
    expect(await states(deliveries)).toEqual(['stored'])
  })

  test('a portal whose month has begun by our clock, but not by its own, isn’t asked without end', async () => {
    world.clock = Date.parse('2026-12-01T00:00:05Z')
    world.portal.otherwise = ({ receipts }) => ({
      status: 200,
      json: { results: receipts.map(capped) },
    })
    await signMany(1)
    await wait(300)
    expect(world.portal.asked).toHaveLength(1)
    expect(infoOf('parked')).toMatchObject({ until: world.clock + 60_000 })
  })

  test('a reset that is further away than a timer reaches is waited for, and wakes the outbox by itself', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const days = 24 * 3_600_000
      const reset = world.clock + 60 * days
      let asked = 0
      let looks = 0
      const far = start({
        now: () => {
          looks++
          return world.clock
        },
        fetch: (_url, init) => {
          const { receipts } = JSON.parse(init?.body as string) as Asked
          const isFull = ++asked === 1
          const resetsAt = new Date(reset).toISOString()
          const results = receipts.map(({ receipt }) =>
            isFull ? problem(402, 'cap_exceeded', { resetsAt }) : stored(receipt),
          )
          return Promise.resolve(Response.json({ results }))
        },
      })
      const { delivery } = await far.sign({ output: 'x' })
      await vi.waitFor(() => expect(infoOf('parked')).toMatchObject({ until: reset }))
      looks = 0
      await vi.advanceTimersByTimeAsync(1_000)
      // A timer that is too long fires at once, again and again.
      expect(looks).toBeLessThan(10)
      // As on a machine that slept, or whose clock was set: only the clock moves on.
      world.clock = reset - 1
      await vi.advanceTimersByTimeAsync(600_000)
      expect(asked).toBe(1)
      world.clock = reset
      await vi.advanceTimersByTimeAsync(600_000)
      expect(asked).toBe(2)
      expect((await delivery).state).toBe('stored')
    } finally {
      vi.useRealTimers()
    }
  })

  test('a clock that was a year ahead, and is set right, doesn’t keep anything for a year', async () => {
    const right = world.clock
    world.clock = right + 365 * 24 * 3_600_000
    world.portal.script.push(() => ({ status: 200, json: { results: [capped()] } }))
    const { deliveries } = await signMany(1)
    await until(() => names().includes('parked'))
    expect(await world.counterfoil.flush()).toEqual({ waiting: 1, parked: 1 })
    world.clock = right
    expect(await world.counterfoil.flush()).toEqual({ waiting: 0, parked: 0 })
    expect(await states(deliveries)).toEqual(['stored'])
  })
})
