import { Webhook } from 'standardwebhooks'
import { expect, test } from 'vitest'
import { moveWebhook } from '#app/services/alerts/change-webhook.ts'
import { deliverAlerts } from '#app/services/alerts/deliver-alerts.ts'
import { sendAgain } from '#app/services/alerts/send-by-hand.ts'
import { watchCaps } from '#app/services/alerts/watch-caps.ts'
import { postAll, signMany } from '../support/crowd.ts'
import { openReceiver } from '../support/receiver.ts'
import { createService } from '../support/world.ts'
import { BY, deliveryTest, never } from '../support/delivery-world.ts'

const { portal, db, ctx, other, world, addWebhook, deliver, deliveriesOf, wait, sendOne } =
  deliveryTest()

test('a cap of 5: the fourth post brings a signed 80 % alert, the fifth the one for all of it', async () => {
  const { secret } = await addWebhook()
  const service = await createService(portal, { cap: 5 })
  const receipts = await signMany(service, 5)
  await postAll([portal], service.key.apiKey, receipts.slice(0, 4))
  await watchCaps(ctx)
  await deliver()
  await postAll([portal], service.key.apiKey, receipts.slice(4))
  await watchCaps(ctx)
  await deliver()
  await watchCaps(ctx)
  await deliver()
  const verified = world.receiver.got.map(({ body, headers }) =>
    new Webhook(secret).verify(body, headers as Record<string, string>),
  ) as { type: string; timestamp: string; data: Record<string, unknown> }[]
  expect(verified.map(({ type }) => type)).toEqual(['api_key.cap_near', 'api_key.cap_reached'])
  expect(verified[0]!.data).toMatchObject({ apiKey: service.key.id, used: 4, cap: 5, share: 80 })
  expect(Date.parse(verified[0]!.timestamp)).toBeLessThanOrEqual(Date.now())
  expect(Object.keys(verified[0]!)).toEqual(['type', 'timestamp', 'data'])
  const [first] = world.receiver.got
  expect(first).toMatchObject({ method: 'POST', path: '/hook' })
  expect(first!.headers).toMatchObject({ 'content-type': 'application/json' })
  expect(first!.headers['webhook-id']).toMatch(/^msg_[0-9A-Za-z]{24}$/)
})

test('a receiver that is down gets it later, under the same id and signed anew', async () => {
  const { id, secret } = await addWebhook()
  await sendOne(id)
  world.receiver.answer = 503
  const begunAt = Date.now()
  await deliver()
  const endedAt = Date.now()
  expect(world.receiver.got).toHaveLength(1)
  const [waiting] = await deliveriesOf(id)
  expect(waiting).toMatchObject({ state: 'pending', attempts: 1, lastStatus: 503 })
  // Five seconds and a fifth more or less, from some moment of this delivery on.
  const nextAt = Date.parse(waiting!.nextAttemptAt!)
  expect(nextAt).toBeGreaterThanOrEqual(begunAt + 4_000)
  expect(nextAt).toBeLessThanOrEqual(endedAt + 6_001)
  // Before that nothing is sent; on a machine that needed longer there is nothing to see.
  await deliver()
  if (Date.now() < nextAt) expect(world.receiver.got).toHaveLength(1)
  world.receiver.answer = (response) => response.destroy()
  await wait()
  await deliver()
  expect((await deliveriesOf(id))[0]).toMatchObject({
    attempts: 2,
    lastStatus: null,
    lastError: expect.stringContaining('cut off') as string,
  })
  world.receiver.answer = 200
  await wait()
  portal.advance(3_000)
  await deliver()
  portal.advance(-3_000)
  expect((await deliveriesOf(id))[0]).toMatchObject({
    state: 'delivered',
    attempts: 3,
    lastStatus: 200,
    lastError: null,
    nextAttemptAt: null,
  })
  const ids = world.receiver.got.map(({ headers }) => headers['webhook-id'])
  expect(new Set(ids).size).toBe(1)
  const stamps = world.receiver.got.map(({ headers }) => headers['webhook-timestamp'])
  expect(new Set(stamps).size).toBeGreaterThan(1)
  for (const { body, headers } of world.receiver.got)
    new Webhook(secret).verify(body, headers as Record<string, string>)
})

test('nobody listening, a day long: it is given up, and “send again” begins anew', async () => {
  const { id } = await addWebhook()
  await sendOne(id)
  await world.receiver.close()
  await deliver()
  await db.sql`update deliveries set created_at = created_at - interval '24 hours',
    next_attempt_at = now() - interval '1 second' where state = 'pending'`
  await deliver()
  const [failed] = await deliveriesOf(id)
  expect(failed).toMatchObject({
    state: 'failed',
    attempts: 2,
    lastError: 'The connection was refused.',
    nextAttemptAt: null,
  })
  world.receiver = await openReceiver()
  await moveWebhook(ctx, BY, id, world.receiver.url)
  await wait()
  await deliver()
  expect(world.receiver.got).toEqual([])
  expect((await sendAgain(ctx, BY, failed!.id)).ok).toBe(true)
  await deliver()
  expect(world.receiver.got[0]!.headers['webhook-id']).toBe(failed!.alert)
  const [again] = await deliveriesOf(id)
  expect(again).toMatchObject({ state: 'delivered', attempts: 1, alert: failed!.alert })
})

test('two senders at once send each delivery once', async () => {
  const { id } = await addWebhook()
  for (let i = 0; i < 60; i++) await sendOne(id)
  // Slow enough that both have some in their hands at any moment.
  world.receiver.answer = (response) => setTimeout(() => response.writeHead(204).end(), 20)
  await Promise.all([
    deliverAlerts(ctx, never),
    deliverAlerts(other, never),
    deliverAlerts(ctx, never),
  ])
  const ids = world.receiver.got.map(({ headers }) => headers['webhook-id'])
  expect(ids).toHaveLength(60)
  expect(new Set(ids).size).toBe(60)
  const states = (await deliveriesOf(id)).map(({ state, attempts }) => `${state} ${attempts}`)
  expect(new Set(states)).toEqual(new Set(['delivered 1']))
})

test('no transaction is open while a receiver takes its time, and its lease keeps others away', async () => {
  const { id } = await addWebhook()
  await sendOne(id)
  let finish: () => void = () => undefined
  const asked = new Promise<void>((reached) => {
    world.receiver.answer = (response) => {
      finish = () => void response.writeHead(200).end()
      reached()
    }
  })
  const sending = deliver()
  await asked
  const open = await db.sql`select count(*)::int as n from pg_stat_activity
    where datname = current_database() and state like 'idle in transaction%'`
  expect(open[0]).toEqual({ n: 0 })
  await deliverAlerts(other, never)
  expect(world.receiver.got).toHaveLength(1)
  // A sender that died: its lease ends, another one sends, and the first one’s word is too late.
  await wait()
  world.receiver.answer = 202
  await deliverAlerts(other, never)
  finish()
  await sending
  expect(world.receiver.got).toHaveLength(2)
  expect((await deliveriesOf(id))[0]).toMatchObject({ attempts: 2, lastStatus: 202 })
})
