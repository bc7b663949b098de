import { afterEach, expect, test } from 'vitest'
import { postAll, postBatch, signMany, tally } from '../support/crowd.ts'
import { portalOn, portalTest } from '../support/portal-test.ts'
import { createApiKey, createService, post } from '../support/world.ts'

const ROUNDS = 200

const { portal, db } = portalTest()
/** A second one on the same database: what races there is decided by Postgres, not by one queue. */
const other = portalOn(db)

afterEach(() => db.expectBalanced())

const setCap = (id: string, cap: number) =>
  db.sql`update api_keys set cap = ${cap} where id = ${id}`

const usageOf = async (apiKey: string) =>
  (
    await portal.call<{ used: number; reserved: number; cap: number | null }>('GET', '/v1/usage', {
      token: apiKey,
    })
  ).body

test('1,000 posts at once against a cap of 500 store exactly 500', async () => {
  const service = await createService(portal, { cap: 500 })
  const answers = await postAll([portal], service.key.apiKey, await signMany(service, 1000))
  const rows = await db.countReceipts(service.key.id)
  console.info(`1,000 posts, cap 500: ${JSON.stringify(tally(answers))}, ${rows} rows`)
  expect(tally(answers)).toEqual({ 201: 500, 402: 500 })
  expect(rows).toBe(500)
  // Each stored one was told its own number, and nobody's was told twice.
  const told = answers.filter(({ status }) => status === 201).map(({ body }) => body.usage.used)
  expect(told.sort((a, b) => a - b)).toEqual(Array.from({ length: 500 }, (_, i) => i + 1))
  expect(await usageOf(service.key.apiKey)).toMatchObject({ used: 500, reserved: 0, cap: 500 })
})

test('100 posts of one receipt at once, at two portals, count one', async () => {
  const service = await createService(portal, { cap: 1 })
  const [receipt] = await signMany(service, 1, { jti: 'only-once' })
  const copies = Array.from({ length: 100 }, () => receipt!)
  const answers = await postAll([portal, other], service.key.apiKey, copies)
  const { used } = await usageOf(service.key.apiKey)
  console.info(`100 posts of one receipt: ${JSON.stringify(tally(answers))}, ${used} counted`)
  expect(tally(answers)).toEqual({ 200: 99, 201: 1 })
  expect(new Set(answers.map(({ body }) => body.receiptId)).size).toBe(1)
  expect(used).toBe(1)
})

test('a batch of 1,000 against 300 free places stores exactly the first 300', async () => {
  const service = await createService(portal, { cap: 310 })
  await postAll([portal], service.key.apiKey, await signMany(service, 10))
  const receipts = await signMany(service, 1000)
  const { status, body } = await postBatch(portal, service.key.apiKey, receipts)
  expect(status).toBe(200)
  console.info(`a batch of 1,000, 300 free: ${JSON.stringify(tally(body.results))}`)
  expect(body.results.map((one) => one.status)).toEqual(
    receipts.map((_, i) => (i < 300 ? 201 : 402)),
  )
  expect(body.usage).toMatchObject({ used: 310, reserved: 0, cap: 310 })
  const again = await postBatch(other, service.key.apiKey, receipts)
  expect(tally(again.body.results)).toEqual({ 200: 300, 402: 700 })
})

test('two portals at once on one database keep the cap', async () => {
  const service = await createService(portal, { cap: 400 })
  const receipts = await signMany(service, 800)
  const answers = await postAll([portal, other], service.key.apiKey, receipts)
  console.info(`800 posts at two portals, cap 400: ${JSON.stringify(tally(answers))}`)
  expect(tally(answers)).toEqual({ 201: 400, 402: 400 })
  expect(await db.countReceipts(service.key.id)).toBe(400)
})

test('many keys of many issuers at once: each cap is filled, none is overdrawn', async () => {
  const services = await Promise.all(
    Array.from({ length: 10 }, (_, i) => createService(portal, { cap: 5 + i })),
  )
  const posts = await Promise.all(
    services.map(async (service) => {
      const receipts = await signMany(service, 30)
      return () => postAll([portal, other], service.key.apiKey, receipts)
    }),
  )
  const answers = await Promise.all(posts.map((run) => run()))
  expect(answers.map((one) => tally(one))).toEqual(
    services.map((_, i) => ({ 201: 5 + i, 402: 25 - i })),
  )
})

test('a reservation and a post race for the last place: exactly one gets it, every time', async () => {
  const service = await createService(portal, { cap: 1 })
  const { apiKey, id } = service.key
  const receipts = await signMany(service, ROUNDS)
  const won = { post: 0, reservation: 0 }
  for (const receipt of receipts) {
    const [posted, reserved] = await Promise.all([
      post(portal, apiKey, receipt),
      other.call<{ reservation: string }>('POST', '/v1/reservations', { token: apiKey, body: {} }),
    ])
    expect([posted.status, reserved.status].sort()).toEqual([201, 402])
    if (posted.status === 201) {
      won.post++
      await setCap(id, won.post + 1)
    } else {
      won.reservation++
      const path = `/v1/reservations/${reserved.body.reservation}`
      expect((await portal.call('DELETE', path, { token: apiKey })).status).toBe(204)
    }
  }
  console.info(`${ROUNDS} races for the last place: ${JSON.stringify(won)}`)
  expect(await usageOf(apiKey)).toMatchObject({ used: won.post, reserved: 0, cap: won.post + 1 })
})

test('a repeat together with a new one races a repeat: the new one always gets its place', async () => {
  const service = await createService(portal, { cap: 0 })
  const { apiKey, id } = service.key
  let used = 0
  const statuses: string[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const [repeated, fresh] = await signMany(service, 2)
    const isStored = round % 2 === 0
    // Exactly as many places as are needed: one lost by counting twice would show as 402.
    await setCap(id, used + 2)
    if (isStored) expect((await post(portal, apiKey, repeated!)).status).toBe(201)
    const [batch, single] = await Promise.all([
      postBatch(portal, apiKey, [repeated, fresh]),
      post(other, apiKey, repeated!),
    ])
    const [first, second] = batch.body.results
    expect(second!.status).toBe(201)
    expect([first!.status, single.status].sort()).toEqual(isStored ? [200, 200] : [200, 201])
    statuses.push(`${first!.status} ${single.status}`)
    used += 2
  }
  const { used: counted } = await usageOf(apiKey)
  const storedByBatch = statuses.filter((one) => one.startsWith('201')).length
  console.info(
    `${ROUNDS} repeats beside new ones: ${counted} counted, ${storedByBatch} first seen in the batch`,
  )
  expect(counted).toBe(2 * ROUNDS)
})

test('two API keys race for one job: one stores, the other is told which, and both caps are right', async () => {
  const service = await createService(portal, { cap: ROUNDS })
  const second = await createApiKey(portal, service.slug, { cap: ROUNDS })
  const wins = [0, 0]
  for (let round = 0; round < ROUNDS; round++) {
    const [one, two] = await signMany(service, 2, { jti: `job ${round}` })
    const answers = await Promise.all([
      post(portal, service.key.apiKey, one!),
      post(other, second.apiKey, two!),
    ])
    const winner = answers.findIndex(({ status }) => status === 201)
    const loser = answers[1 - winner]!
    expect(loser.status, loser.text).toBe(409)
    expect(loser.body).toMatchObject({
      code: 'job_conflict',
      receiptId: answers[winner]!.body.receiptId,
    })
    wins[winner]!++
  }
  console.info(`${ROUNDS} races for one job: ${wins.join(' and ')} stored`)
  expect(await usageOf(service.key.apiKey)).toMatchObject({ used: wins[0] })
  expect(await usageOf(second.apiKey)).toMatchObject({ used: wins[1] })
})

test('one receipt by two API keys at once is stored once and counted by one of them', async () => {
  const service = await createService(portal, { cap: ROUNDS })
  const second = await createApiKey(portal, service.slug, { cap: ROUNDS })
  for (let round = 0; round < ROUNDS; round++) {
    const [receipt] = await signMany(service, 1)
    const answers = await Promise.all([
      post(portal, service.key.apiKey, receipt!),
      post(other, second.apiKey, receipt!),
    ])
    expect(tally(answers)).toEqual({ 200: 1, 201: 1 })
  }
  const counts = [service.key.id, second.id].map((id) => db.countReceipts(id))
  const [mine, its] = await Promise.all(counts)
  console.info(`${ROUNDS} receipts by two keys at once: ${mine!} and ${its!} counted`)
  expect(mine! + its!).toBe(ROUNDS)
})

test('one receipt as live and as test at once: it keeps the mode that came first', async () => {
  const service = await createService(portal)
  const asTest = await createApiKey(portal, service.slug, { mode: 'test' })
  for (let round = 0; round < 50; round++) {
    const [receipt] = await signMany(service, 1)
    const answers = await Promise.all([
      post(portal, service.key.apiKey, receipt!),
      post(round % 2 === 0 ? other : portal, asTest.apiKey, receipt!),
    ])
    expect(tally(answers)).toEqual({ 201: 1, 409: 1 })
  }
})
