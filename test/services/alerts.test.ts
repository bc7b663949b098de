import { Buffer } from 'node:buffer'
import { expect, test } from 'vitest'
import { createWebhook } from '#app/services/alerts/create-webhook.ts'
import { disableWebhook } from '#app/services/alerts/change-webhook.ts'
import { tellFailures } from '#app/services/alerts/tell-failures.ts'
import { watchCaps } from '#app/services/alerts/watch-caps.ts'
import type { Ctx } from '#app/context.ts'
import { postAll, signMany } from '../support/crowd.ts'
import { portalOn, portalTest } from '../support/portal-test.ts'
import { type Portal } from '../support/portal.ts'
import { breakIn } from '../support/tamper.ts'
import { createService, post, postText, type Service } from '../support/world.ts'
import { countBlocks } from './count-blocks.ts'

const BY = { actor: 'test', address: null, requestId: null }

const { portal, db } = portalTest()
const second = portalOn(db)

interface Row {
  id: string
  type: string
  subject: string
  occasion: string
  data: Record<string, unknown>
}
const alertsOn = async (subject: string): Promise<Row[]> => [
  ...(await db.sql<Row[]>`
    select id, type, subject, occasion, data from alerts where subject = ${subject}
      order by created_at, occasion`),
]
const deliveriesOf = async (alert: string) => [
  ...(await db.sql`select webhook, state from deliveries where alert = ${alert}`),
]

const addWebhook = async (ctx: Ctx) => {
  const made = await createWebhook(ctx, BY, { url: 'https://8.8.8.8/hook' })
  if (!made.ok) throw new Error(made.code)
  return made.value.id
}

const postMany = async (service: Service, count: number) => {
  for (const receipt of await signMany(service, count))
    expect((await post(portal, service.key.apiKey, receipt)).status).toBe(201)
}

test('80 % and all of a cap are each told once, whoever looks and however often', async () => {
  const service = await createService(portal, { cap: 5 })
  const { id } = service.key
  await postMany(service, 3)
  await watchCaps(portal.ctx)
  expect(await alertsOn(id)).toEqual([])
  await postMany(service, 1)
  await Promise.all([portal, second, portal, second].map(({ ctx }) => watchCaps(ctx)))
  const [near, ...more] = await alertsOn(id)
  expect(more).toEqual([])
  expect(near).toMatchObject({
    type: 'api_key.cap_near',
    data: { apiKey: id, issuer: service.slug, mode: 'live', used: 4, cap: 5, share: 80 },
  })
  await postMany(service, 1)
  await Promise.all([portal, second, portal, second].map(({ ctx }) => watchCaps(ctx)))
  await watchCaps(portal.ctx)
  const told = await alertsOn(id)
  expect(told.map(({ type }) => type)).toEqual(['api_key.cap_near', 'api_key.cap_reached'])
  expect(told[1]!.data).toMatchObject({ used: 5, cap: 5, share: 100 })
})

test('while posts come in over a full cap, two portals that watch tell each share once', async () => {
  const service = await createService(portal, { cap: 40 })
  const receipts = await signMany(service, 60)
  let isOver = false
  const watch = async (ctx: Ctx) => {
    while (!isOver) await watchCaps(ctx)
    await watchCaps(ctx)
  }
  const watching = Promise.all([watch(portal.ctx), watch(second.ctx), watch(portal.ctx)])
  for (let from = 0; from < receipts.length; from += 6) {
    await postAll([portal, second], service.key.apiKey, receipts.slice(from, from + 6))
    // However slow the others are: somebody looks while it is between the two.
    await watchCaps(second.ctx)
  }
  isOver = true
  await watching
  const told = await alertsOn(service.key.id)
  expect(told.map(({ type }) => type)).toEqual(['api_key.cap_near', 'api_key.cap_reached'])
  expect(told.map(({ data }) => (data.used as number) >= 32)).toEqual([true, true])
  expect(told[1]!.data).toMatchObject({ used: 40, cap: 40 })
})

test('a raised cap that fills again this month is not told of again', async () => {
  const service = await createService(portal, { cap: 5 })
  await postMany(service, 5)
  await watchCaps(portal.ctx)
  await portal.admin('PATCH', `/v1/admin/api-keys/${service.key.id}`, { cap: 6 })
  await postMany(service, 1)
  await watchCaps(portal.ctx)
  await watchCaps(second.ctx)
  const told = (await alertsOn(service.key.id)).map(({ type }) => type)
  expect(told).toEqual(['api_key.cap_reached'])
})

test('a cap that is passed in one leap is told once, as reached', async () => {
  const service = await createService(portal, { cap: 1 })
  await postMany(service, 1)
  await watchCaps(portal.ctx)
  await watchCaps(second.ctx)
  expect((await alertsOn(service.key.id)).map(({ type }) => type)).toEqual(['api_key.cap_reached'])
})

test('no cap, a cap of 0, last month’s counter and a revoked key are not told', async () => {
  const free = await createService(portal, { cap: null })
  await postMany(free, 3)
  const closed = await createService(portal, { cap: 0 })
  const [receipt] = await signMany(closed, 1)
  expect((await post(portal, closed.key.apiKey, receipt!)).status).toBe(402)
  const past = await createService(portal, { cap: 2 })
  await db.sql`insert into cap_usage (api_key, period, used, reserved)
    values (${past.key.id}, cap_period(now() - interval '1 month'), 2, 0)`
  const gone = await createService(portal, { cap: 1 })
  await postMany(gone, 1)
  await portal.admin('DELETE', `/v1/admin/api-keys/${gone.key.id}`)
  await watchCaps(portal.ctx)
  for (const { key } of [free, closed, past, gone]) expect(await alertsOn(key.id)).toEqual([])
})

test('at a thousand keys all of them are told in a few looks, and a look reads a few blocks for each', async () => {
  const { slug } = await createService(portal)
  await db.sql`insert into api_keys (id, issuer, name, mode, cap, secret_hash, created_at)
    select 'key_' || lpad(n::text, 8, '0'), ${slug}, 'many', 'live', 10, '\\x00', now()
      from generate_series(1, 1000) n`
  await db.sql`insert into cap_usage (api_key, period, used, reserved)
    select 'key_' || lpad(n::text, 8, '0'), cap_period(now() - m * interval '1 month'), 9, 0
      from generate_series(1, 1000) n, generate_series(0, 11) m`
  for (let round = 0; round < 3; round++)
    await Promise.all([watchCaps(portal.ctx), watchCaps(second.ctx)])
  const count = await db.sql`
    select count(*)::int as n from alerts where occasion like 'cap/key_0000%'`
  expect(count[0]).toEqual({ n: 1000 })
  for (const table of ['cap_usage', 'api_keys', 'alerts'])
    await db.sql.unsafe(`vacuum analyze ${table}`)
  const { blocks, statements } = await countBlocks(portal.ctx, watchCaps)
  // All are told: one look, and nothing to write.
  expect(statements).toBe(1)
  // Of each key its row, its counter of this month and what was told of it, each by an index.
  expect(blocks).toBeLessThan(10 * 1000)
})

test('a signing key’s revocation and its alert are there together or not at all', async () => {
  const webhook = await addWebhook(portal.ctx)
  const revoke = (service: Service) =>
    portal.admin(
      'POST',
      `/v1/admin/issuers/${service.slug}/signing-keys/${service.signer.kid}/revoke`,
      { reason: 'laptop stolen' },
    )
  const service = await createService(portal)
  expect((await revoke(service)).status).toBe(200)
  expect((await revoke(service)).status).toBe(409)
  const told = await alertsOn(service.signer.kid)
  expect(told).toHaveLength(1)
  expect(told[0]).toMatchObject({
    type: 'signing_key.revoked',
    data: { issuer: service.slug, kid: service.signer.kid, reason: 'laptop stolen' },
  })
  expect(await deliveriesOf(told[0]!.id)).toEqual([{ webhook, state: 'pending' }])

  const other = await createService(portal)
  await db.sql`alter table deliveries rename to deliveries_away`
  expect((await revoke(other)).status).toBe(500)
  await db.sql`alter table deliveries_away rename to deliveries`
  expect(await alertsOn(other.signer.kid)).toEqual([])
  const keys = await db.sql`select state from signing_keys where kid = ${other.signer.kid}`
  expect(keys[0]).toEqual({ state: 'active' })

  await disableWebhook(portal.ctx, BY, webhook)
  expect((await revoke(other)).status).toBe(200)
  const [quiet] = await alertsOn(other.signer.kid)
  expect(await deliveriesOf(quiet!.id)).toEqual([])
})

test('forged posts under a published key are told once an hour, with their number', async () => {
  const service = await createService(portal)
  const { kid } = service.signer
  const [receipt] = await signMany(service, 1)
  const [head, body, signature] = receipt!.split('.')
  const bytes = Buffer.from(signature!, 'base64url')
  bytes[40]! ^= 1
  const forged = [head, body, bytes.toString('base64url')].join('.')
  const forge = async (at: Portal) => {
    const { status, text } = await post(at, service.key.apiKey, forged)
    expect([status, text]).toEqual([422, expect.stringContaining('invalid_signature')])
  }
  await forge(portal)
  await forge(portal)
  await forge(second)
  expect(await alertsOn(kid)).toEqual([])
  await Promise.all([tellFailures(portal.ctx), tellFailures(second.ctx)])
  await forge(second)
  await tellFailures(second.ctx)
  await tellFailures(second.ctx)
  const told = await alertsOn(kid)
  // The hour may turn in the middle of this test; then there are two, and nothing is lost.
  expect(told.length).toBeLessThanOrEqual(2)
  expect(told[0]).toMatchObject({
    type: 'signing_key.verification_failed',
    data: { issuer: service.slug, kid, storedReceipts: [] },
  })
  const refused = told.map(({ data }) => data.refusedPosts as number)
  expect(refused.reduce((a, b) => a + b)).toBe(4)
})

test('without an API key of the issuer nobody can raise an alert, however much they send', async () => {
  const service = await createService(portal)
  const stranger = await createService(portal)
  const { kid } = service.signer
  const [receipt] = await signMany(service, 1)
  const [head, body] = receipt!.split('.')
  const stored = await postText(portal, service, 'stored and good')
  const forgeries = Array.from({ length: 40 }, (_, n) =>
    [head, body, Buffer.alloc(64, n + 1).toString('base64url')].join('.'),
  )
  await Promise.all(
    forgeries.flatMap((forged) => [
      portal.call('POST', '/v1/verify', { body: { receipt: forged } }),
      post(portal, stranger.key.apiKey, forged),
      post(portal, 'cfl_live_nobody', forged),
      portal.call('GET', `/v1/receipts/${stored}`),
      portal.call('POST', '/v1/verify', {
        body: { receiptId: stored, contentDigest: 'A'.repeat(43) },
      }),
    ]),
  )
  expect(portal.ctx.failures.take()).toEqual([])
  await tellFailures(portal.ctx)
  expect(await alertsOn(kid)).toEqual([])
})

test('a flood of forgeries by the issuer’s own API key is one alert and one delivery an hour', async () => {
  const webhook = await addWebhook(portal.ctx)
  const service = await createService(portal)
  const [receipt] = await signMany(service, 1)
  const [head, body] = receipt!.split('.')
  for (let round = 0; round < 5; round++) {
    const forgeries = Array.from({ length: 40 }, (_, n) =>
      [head, body, Buffer.alloc(64, n + 1).toString('base64url')].join('.'),
    )
    await Promise.all(forgeries.map((forged) => post(portal, service.key.apiKey, forged)))
    await tellFailures(portal.ctx)
  }
  const told = await alertsOn(service.signer.kid)
  // The hour may turn in the middle of this test.
  expect(told.length).toBeLessThanOrEqual(2)
  const refused = told.map(({ data }) => data.refusedPosts as number)
  expect(refused.reduce((a, b) => a + b)).toBe(200)
  expect(await deliveriesOf(told[0]!.id)).toEqual([{ webhook, state: 'pending' }])
  await disableWebhook(portal.ctx, BY, webhook)
})

test('a stored receipt that was altered is told of when somebody opens it', async () => {
  const service = await createService(portal)
  const { kid } = service.signer
  const id = await postText(portal, service, 'a text', { visibility: 'private' })
  const intruder = breakIn(db.sql)
  const jws = await intruder.readReceipt(id)
  const end = jws.slice(-20)
  await intruder.replaceReceipt(
    id,
    jws.slice(0, -20) + (end.startsWith('A') ? 'B' : 'A') + end.slice(1),
  )
  for (let i = 0; i < 3; i++) {
    const { body } = await portal.call<{ verdict: string }>('GET', `/v1/receipts/${id}`)
    expect(body.verdict).toBe('invalid')
  }
  await tellFailures(portal.ctx)
  const [told] = await alertsOn(kid)
  expect(told!.data).toMatchObject({ kid, refusedPosts: 0, storedReceipts: [id] })
})

test('what could not be told, because the database was away, is told later', async () => {
  portal.ctx.failures.notePost('acme', 'a-kid-of-nobody')
  await db.sql`alter table alerts rename to alerts_away`
  await expect(tellFailures(portal.ctx)).rejects.toThrow()
  await db.sql`alter table alerts_away rename to alerts`
  await tellFailures(portal.ctx)
  const [told] = await alertsOn('a-kid-of-nobody')
  expect(told!.data).toMatchObject({ refusedPosts: 1 })
})

test('however many keys and receipts fail, what is noted stays small', () => {
  const { failures } = portal.ctx
  failures.take()
  for (let i = 0; i < 5_000; i++) failures.notePost('acme', `kid-${i}`)
  for (let i = 0; i < 5_000; i++) failures.noteStored('acme', 'kid-1', `rec_${i}`)
  const notes = failures.take()
  expect(notes).toHaveLength(1_000)
  expect(notes.find(({ kid }) => kid === 'kid-1')!.storedReceipts.size).toBe(10)
  expect(failures.take()).toEqual([])
})
