import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { postAll, postBatch, signMany, tally } from '../support/crowd.ts'
import { portalTest } from '../support/portal-test.ts'
import { expectRefused } from '../support/refusal.ts'
import { createApiKey, createService, post, type Service } from '../support/world.ts'

const { portal, db } = portalTest()

afterEach(() => db.expectBalanced())

interface Usage {
  used: number
  reserved: number
  cap: number | null
  resetsAt: string
}
interface Held {
  reservation: string
  count: number
  expiresAt: string
  usage: Usage
}

const reserve = (service: Service, body: object = {}) =>
  portal.call<Held>('POST', '/v1/reservations', { token: service.key.apiKey, body })

const hold = async (service: Service, body: object = {}) => {
  const answer = await reserve(service, body)
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}

const release = (service: Service, id: string) =>
  portal.call('DELETE', `/v1/reservations/${id}`, { token: service.key.apiKey })

const usageOf = async (service: Service) =>
  (
    await portal.call<Usage & { period: string }>('GET', '/v1/usage', {
      token: service.key.apiKey,
    })
  ).body

const postNew = async (service: Service, more: object = {}, claims: object = {}) => {
  const [receipt] = await signMany(service, 1, claims)
  return post(portal, service.key.apiKey, receipt!, more)
}

const setCap = (service: Service, cap: number | null) =>
  portal.admin('PATCH', `/v1/admin/api-keys/${service.key.id}`, { cap })

test('a reservation holds places that others can’t take, and its own posts use them up', async () => {
  const service = await createService(portal, { cap: 3 })
  const { reservation, count, usage } = await hold(service, { count: 2 })
  expect(reservation).toMatch(/^rsv_[0-9A-Za-z]{22}$/)
  expect(count).toBe(2)
  expect(usage).toMatchObject({ used: 0, reserved: 2, cap: 3 })
  expect((await postNew(service)).status).toBe(201)
  expect((await postNew(service)).status).toBe(402)
  const first = await postNew(service, { reservation })
  expect(first.body.usage).toMatchObject({ used: 2, reserved: 1 })
  const second = await postNew(service, { reservation })
  expect(second.body.usage).toMatchObject({ used: 3, reserved: 0 })
  expect((await postNew(service, { reservation })).status).toBe(402)
  // Used up, it is gone.
  expect((await release(service, reservation)).status).toBe(404)
})

test('places are refused when used, reserved and asked for are more than the cap together', async () => {
  const service = await createService(portal, { cap: 10 })
  await postAll([portal], service.key.apiKey, await signMany(service, 4))
  await hold(service, { count: 5 })
  const { body } = await expectRefused(db, 402, 'cap_exceeded', () =>
    reserve(service, { count: 2 }),
  )
  expect(body).toMatchObject({ used: 4, reserved: 5, cap: 10 })
  expect((await hold(service, { count: 1 })).usage).toMatchObject({ used: 4, reserved: 6 })
})

test('a released reservation gives back what it still holds, once', async () => {
  const service = await createService(portal, { cap: 5 })
  const { reservation } = await hold(service, { count: 5 })
  expect((await postNew(service, { reservation })).status).toBe(201)
  expect((await release(service, reservation)).status).toBe(204)
  expect(await usageOf(service)).toMatchObject({ used: 1, reserved: 0 })
  expect((await release(service, reservation)).status).toBe(404)
  expect(await usageOf(service)).toMatchObject({ used: 1, reserved: 0 })
})

test('a reservation expires by itself: its places are free, and it holds nothing any more', async () => {
  const service = await createService(portal, { cap: 1 })
  const { reservation, expiresAt } = await hold(service, { ttlSeconds: 1 })
  expect((await postNew(service)).status).toBe(402)
  await sleep(Date.parse(expiresAt) - Date.now() + 50)
  expect(await usageOf(service)).toMatchObject({ used: 0, reserved: 0 })
  // What no longer holds is ignored: the post takes the free place …
  const late = await postNew(service, { reservation })
  expect(late.status).toBe(201)
  expect(late.body.usage).toMatchObject({ used: 1, reserved: 0 })
  // … or there is none.
  expect((await postNew(service, { reservation })).status).toBe(402)
  expect((await release(service, reservation)).status).toBe(404)
})

test('a reservation of another key, or of nobody, is ignored and stays untouched', async () => {
  const service = await createService(portal, { cap: 1 })
  const other = { ...service, key: await createApiKey(portal, service.slug, { cap: 1 }) }
  const { reservation } = await hold(other)
  expect((await postNew(service, { reservation })).status).toBe(201)
  expect((await postNew(service, { reservation })).status).toBe(402)
  expect(await usageOf(other)).toMatchObject({ used: 0, reserved: 1 })
  expect((await postNew(other, { reservation: 'rsv_of_nobody' })).status).toBe(402)
  expect((await postNew(other, { reservation })).status).toBe(201)
})

test('a repeat and a refused receipt take nothing from their reservation', async () => {
  const service = await createService(portal, { cap: 5 })
  const [receipt] = await signMany(service, 1, { jti: 'reserved' })
  const { reservation } = await hold(service, { count: 3 })
  const { apiKey } = service.key
  expect((await post(portal, apiKey, receipt!, { reservation })).status).toBe(201)
  expect((await post(portal, apiKey, receipt!, { reservation })).status).toBe(200)
  expect((await postNew(service, { reservation }, { jti: 'reserved' })).status).toBe(409)
  expect((await postNew(service, { reservation, content: { text: 'x' } })).status).toBe(422)
  expect(await usageOf(service)).toMatchObject({ used: 1, reserved: 2 })
})

test('many posts at once with one reservation of 50 use it up exactly, then the free places', async () => {
  const service = await createService(portal, { cap: 80 })
  const { reservation } = await hold(service, { count: 50 })
  const receipts = await signMany(service, 200)
  const answers = await Promise.all(
    receipts.map((receipt, i) =>
      post(portal, service.key.apiKey, receipt, i % 2 === 0 ? { reservation } : {}),
    ),
  )
  console.info(`200 posts, 50 reserved of 80: ${JSON.stringify(tally(answers))}`)
  expect(tally(answers)).toEqual({ 201: 80, 402: 120 })
  expect(await usageOf(service)).toMatchObject({ used: 80, reserved: 0 })
})

test('a changed cap acts at once: raised, lowered below what is used, and none', async () => {
  const service = await createService(portal, { cap: 2 })
  await postAll([portal], service.key.apiKey, await signMany(service, 2))
  expect((await postNew(service)).status).toBe(402)
  await setCap(service, 4)
  expect((await postNew(service)).status).toBe(201)
  await setCap(service, 1)
  const { body } = await expectRefused(db, 402, 'cap_exceeded', () => postNew(service))
  expect(body).toMatchObject({ used: 3, cap: 1 })
  await expectRefused(db, 402, 'cap_exceeded', () => reserve(service))
  await setCap(service, null)
  expect((await postNew(service)).body.usage).toMatchObject({ used: 4, cap: null })
  expect((await hold(service, { count: 1000 })).usage).toMatchObject({ reserved: 1000, cap: null })
  // Lowered under a reservation: places once given are kept.
  const { reservation } = await hold(service)
  await setCap(service, 0)
  expect((await postNew(service, { reservation })).status).toBe(201)
})

test('the month and every expiry go by the database’s clock and end with the month, in UTC', async () => {
  const service = await createService(portal, { cap: 5 })
  portal.advance(400 * 86_400_000)
  const { reservation, expiresAt } = await hold(service, { ttlSeconds: 86_400 })
  expect((await postNew(service)).status).toBe(201)
  const usage = await usageOf(service)
  portal.advance(-400 * 86_400_000)
  const [row] = await db.sql<[Record<string, unknown>]>`
    select r.period, to_char(now() at time zone 'UTC', 'YYYY-MM') || '-01' as today, u.period as counted,
      (r.expires_at = least(r.expires_at, cap_resets_at(now()))) as within,
      (r.expires_at - now() between interval '0' and interval '1 day') as soon, r.expires_at
    from reservations r join cap_usage u using (api_key) where r.id = ${reservation}`
  expect(row).toMatchObject({ period: row.today, counted: row.today, within: true, soon: true })
  expect((row.expires_at as Date).toISOString()).toBe(expiresAt)
  expect(usage.period).toBe(row.today)
  const [edges] = await db.sql`
    select cap_period('2026-12-31 23:59:59.999999Z') as last,
      cap_period('2027-01-01 00:30:00+01') as still, cap_period('2027-01-01 00:00:00Z') as next,
      cap_resets_at('2026-12-31 23:59:59Z') = '2027-01-01 00:00:00Z' as year,
      cap_resets_at('2028-02-29 12:00:00Z') = '2028-03-01 00:00:00Z' as leap`
  expect(edges).toEqual({
    last: '2026-12-01',
    still: '2026-12-01',
    next: '2027-01-01',
    year: true,
    leap: true,
  })
})

test('what was used and held last month counts nothing this month', async () => {
  const service = await createService(portal, { cap: 2 })
  const id = `rsv_${'M'.repeat(22)}`
  // Last month as it would have been left: a full cap, and a reservation that ended with it.
  await db.sql`insert into cap_usage (api_key, period, used, reserved)
    values (${service.key.id}, cap_period(now() - interval '1 month'), 0, 2)`
  await db.sql`insert into reservations (id, api_key, period, places, expires_at)
    values (${id}, ${service.key.id}, cap_period(now() - interval '1 month'), 2,
      date_trunc('month', now() at time zone 'UTC') at time zone 'UTC')`
  expect(await usageOf(service)).toMatchObject({ used: 0, reserved: 0, cap: 2 })
  expect((await postNew(service, { reservation: id })).body.usage).toMatchObject({ used: 1 })
  expect((await postNew(service, { reservation: id })).status).toBe(201)
  expect((await postNew(service, { reservation: id })).status).toBe(402)
  expect((await release(service, id)).status).toBe(404)
})

test('count and ttlSeconds have limits, named by pointer', async () => {
  const service = await createService(portal, { cap: null })
  for (const [body, pointer] of [
    [{ count: 0 }, '/count'],
    [{ count: 1001 }, '/count'],
    [{ count: 1.5 }, '/count'],
    [{ ttlSeconds: 0 }, '/ttlSeconds'],
    [{ ttlSeconds: 86_401 }, '/ttlSeconds'],
    [{ places: 1 }, '/places'],
  ] as const) {
    const answer = await expectRefused(db, 400, 'invalid_request', () => reserve(service, body))
    expect(answer.text).toContain(`"pointer":"${pointer}"`)
  }
  expect((await hold(service)).count).toBe(1)
})

test('a batch: each item stands or falls alone, in order, repeats and second jobs inside', async () => {
  const service = await createService(portal, { cap: 5 })
  const { reservation } = await hold(service, { count: 1 })
  const other = await createService(portal)
  const [a, b, c, d, e] = await signMany(service, 5)
  const [job, sameJob] = await signMany(service, 2, { jti: 'in-a-batch' })
  const [foreign] = await signMany(other, 1)
  const { status, body } = await postBatch(portal, service.key.apiKey, [
    a,
    { receipt: b, colour: 'red' },
    'not a receipt',
    a,
    job,
    sameJob,
    foreign,
    { receipt: b, content: { text: 'other' } },
    5,
    { receipt: b, reservation },
    c,
    d,
    e,
    d,
    e,
  ])
  expect(status).toBe(200)
  const outcome = body.results.map((one) => `${one.status} ${one.problem?.code ?? ''}`)
  expect(outcome.map((one) => one.trim())).toEqual([
    '201',
    '400 invalid_request',
    '400 malformed_receipt',
    '200',
    '201',
    '409 job_conflict',
    '403 issuer_mismatch',
    '422 content_mismatch',
    '400 invalid_request',
    '201',
    '201',
    '201',
    '402 cap_exceeded',
    '200',
    '402 cap_exceeded',
  ])
  expect(body.results[3]!.result).toEqual(body.results[0]!.result)
  expect(body.results[5]!.problem!.receiptId).toBe(body.results[4]!.result!.receiptId)
  expect(body.usage).toMatchObject({ used: 5, reserved: 0, cap: 5 })
})

test('a batch of 1,001, of none, or with an unknown member beside it is refused as a whole', async () => {
  const service = await createService(portal)
  const [receipt] = await signMany(service, 1)
  const refused = (receipts: unknown[]) =>
    expectRefused(db, 400, 'invalid_request', () => postBatch(portal, service.key.apiKey, receipts))
  await refused(Array.from({ length: 1001 }, () => receipt))
  await refused([])
  const beside = { receipts: [{ receipt }], colour: 'red' }
  const answer = await expectRefused(db, 400, 'invalid_request', () =>
    portal.call('POST', '/v1/receipts/batch', { token: service.key.apiKey, body: beside }),
  )
  expect(answer.text).toContain('"pointer":"/colour"')
})
