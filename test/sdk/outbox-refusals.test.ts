import { describe, expect, test } from 'vitest'
import { states, outboxForEach } from '../support/outbox.ts'
import { problem, refuse, storeAll, stored } from '../support/scripted-portal.ts'

const world = outboxForEach()
const { infoOf, signMany } = world

describe('refusals', () => {
  test('what is refused is set aside with its reason, and the others are stored', async () => {
    world.portal.script.push(() => refuse(503, 'unavailable'))
    const { ids, deliveries } = await signMany(3)
    world.portal.script.push(({ receipts }) => ({
      status: 200,
      json: {
        results: [
          stored(receipts[0]!.receipt),
          problem(422, 'signing_key_revoked'),
          stored(receipts[2]!.receipt),
        ],
      },
    }))
    expect(await world.counterfoil.flush()).toEqual({ waiting: 0, parked: 0 })
    expect(await states(deliveries)).toEqual(['stored', 'refused', 'stored'])
    expect(infoOf('refused')).toMatchObject({
      receiptId: ids[1],
      problem: { status: 422, code: 'signing_key_revoked' },
    })
  })

  test('a job that has a receipt already gives that one’s id and link', async () => {
    const other = `rec_${'0'.repeat(32)}`
    world.portal.script.push(() => ({
      status: 200,
      json: { results: [problem(409, 'job_conflict', { receiptId: other })] },
    }))
    const { delivery } = await world.counterfoil.sign({ output: 'again', jobId: 'job-1' })
    expect(await delivery).toMatchObject({
      state: 'conflict',
      receiptId: other,
      verifyUrl: `${world.portal.origin}/r/${other}`,
    })
  })

  test.each([
    [401, 'invalid_api_key'],
    [403, 'scope_missing'],
    [404, 'not_found'],
    [415, 'unsupported_media_type'],
  ])('%i keeps everything, says so, and flush doesn’t wait for a wonder', async (status, code) => {
    world.portal.otherwise = () => refuse(status, code)
    const { deliveries } = await signMany(5)
    const began = performance.now()
    expect(await world.counterfoil.flush()).toEqual({ waiting: 5, parked: 0 })
    expect(performance.now() - began).toBeLessThan(5_000)
    expect(infoOf('error')).toMatchObject({ code: 'portal_refused', problem: { status, code } })
    world.portal.otherwise = storeAll
    await world.counterfoil.flush()
    expect(await states(deliveries)).toEqual(Array(5).fill('stored'))
  })

  test('an API key that is revoked while its batch is taken in costs no receipt', async () => {
    world.portal.script.push(() => refuse(503, 'unavailable'))
    const { deliveries } = await signMany(2)
    world.portal.script.push(({ receipts }) => ({
      status: 200,
      json: { results: [stored(receipts[0]!.receipt), problem(401, 'invalid_api_key')] },
    }))
    expect(await world.counterfoil.flush()).toEqual({ waiting: 1, parked: 0 })
    await world.counterfoil.flush()
    expect(await states(deliveries)).toEqual(['stored', 'stored'])
  })

  test.each([
    [413, 'payload_too_large'],
    [400, 'malformed_json'],
  ])('%i halves the batch until the one that is to blame is alone', async (status, code) => {
    world.portal.script.push(() => refuse(503, 'unavailable'))
    const { ids, deliveries } = await signMany(32)
    const culprit = 20
    let jws = ''
    world.portal.otherwise = (asked) => {
      if (asked.receipts.length === 32) jws = asked.receipts[culprit]!.receipt
      return asked.receipts.some(({ receipt }) => receipt === jws)
        ? refuse(status, code)
        : storeAll(asked)
    }
    expect(await world.counterfoil.flush()).toEqual({ waiting: 0, parked: 0 })
    expect((await states(deliveries)).filter((state) => state === 'refused')).toHaveLength(1)
    expect(infoOf('refused')).toMatchObject({ receiptId: ids[culprit], problem: { status, code } })
    expect(world.portal.asked.length).toBeLessThan(20)
  })
})
