import { Webhook } from 'standardwebhooks'
import { expect, test } from 'vitest'
import {
  disableWebhook,
  enableWebhook,
  moveWebhook,
  removeWebhook,
  replaceWebhookSecret,
} from '#app/services/alerts/change-webhook.ts'
import { createWebhook, WEBHOOKS_MAX } from '#app/services/alerts/create-webhook.ts'
import { deliverAlerts } from '#app/services/alerts/deliver-alerts.ts'
import {
  findWebhook,
  listAlerts,
  listDeliveries,
  listWebhooks,
} from '#app/services/alerts/list-alerts.ts'
import { auditUrl } from '#app/services/alerts/view-webhook.ts'
import { sendAgain, sendTest } from '#app/services/alerts/send-by-hand.ts'
import { type Receiver } from '../support/receiver.ts'
import { BY, deliveryTest, never } from '../support/delivery-world.ts'

const { portal, db, ctx, world, addWebhook, deliver, deliveriesOf, sendOne } = deliveryTest()

test('turned off, nothing is sent and what was on its way ends; turned on again, new alerts come', async () => {
  const { id } = await addWebhook()
  await sendOne(id)
  expect(await disableWebhook(ctx, BY, id)).toMatchObject({
    ok: true,
    value: { state: 'disabled' },
  })
  await deliver()
  expect(world.receiver.got).toEqual([])
  const [ended] = await deliveriesOf(id)
  // Nobody gave up on it: its word says so.
  expect(ended).toMatchObject({ state: 'stopped', lastError: 'The webhook was turned off.' })
  expect(await sendTest(ctx, BY, id)).toMatchObject({ ok: false, code: 'webhook_disabled' })
  expect(await sendAgain(ctx, BY, ended!.id)).toMatchObject({ ok: false, code: 'webhook_disabled' })
  await enableWebhook(ctx, BY, id)
  expect((await sendAgain(ctx, BY, ended!.id)).ok).toBe(true)
  await deliver()
  expect(world.receiver.got).toHaveLength(1)
})

test('removed, it is gone from the list with its secret, and its history stays', async () => {
  const { id } = await addWebhook()
  await sendOne(id)
  await deliver()
  expect((await removeWebhook(ctx, BY, id)).ok).toBe(true)
  expect(await listWebhooks(ctx)).toEqual([])
  expect(await findWebhook(ctx, id)).toMatchObject({ state: 'removed' })
  expect(await deliveriesOf(id)).toHaveLength(1)
  const [row] = await db.sql`select octet_length(secret) as bytes from webhooks where id = ${id}`
  expect(row).toEqual({ bytes: 0 })
  for (const again of [
    enableWebhook(ctx, BY, id),
    removeWebhook(ctx, BY, id),
    replaceWebhookSecret(ctx, BY, id),
    sendTest(ctx, BY, id),
  ])
    expect(await again).toMatchObject({ ok: false, code: 'not_found' })
})

test('each alert that is sent by hand is recorded, with who did it, and one that is not sent is not', async () => {
  const { id, url } = await addWebhook()
  await sendTest(ctx, BY, id)
  const [tested] = await deliveriesOf(id)
  await sendAgain(ctx, { ...BY, actor: 'somebody else' }, tested!.id)
  await disableWebhook(ctx, BY, id)
  await sendTest(ctx, BY, id)
  await sendAgain(ctx, BY, tested!.id)
  const entries = await db.sql`
    select actor, action, before, after from audit_entries where subject = ${id} order by at, id`
  const alert = tested!.alert
  const [again] = (await deliveriesOf(id)).filter((one) => one.id !== tested!.id)
  expect([...entries].filter(({ action }) => /test|resend/.test(String(action)))).toEqual([
    {
      actor: BY.actor,
      action: 'webhook.test',
      before: null,
      after: { url: auditUrl({ url }), alert, delivery: tested!.id },
    },
    {
      actor: 'somebody else',
      action: 'webhook.resend',
      before: null,
      after: { url: auditUrl({ url }), alert, delivery: again!.id },
    },
  ])
})

test('a new secret signs from the next attempt on', async () => {
  const { id, secret } = await addWebhook()
  const replaced = await replaceWebhookSecret(ctx, BY, id)
  const now = replaced.ok ? replaced.value.secret : ''
  expect(now).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  expect(now).not.toBe(secret)
  await sendOne(id)
  await deliver()
  const [{ body, headers }] = world.receiver.got as [Receiver['got'][number]]
  new Webhook(now).verify(body, headers as Record<string, string>)
  expect(() => new Webhook(secret).verify(body, headers as Record<string, string>)).toThrow()
})

test('with another SESSION_SECRET nothing is sent that no receiver could verify', async () => {
  const { id } = await addWebhook()
  await sendOne(id)
  const changed = { ...ctx, config: { ...ctx.config, sessionSecret: 'another session secret' } }
  await deliverAlerts(changed, never)
  expect(world.receiver.got).toEqual([])
  expect((await deliveriesOf(id))[0]!.lastError).toContain('SESSION_SECRET')
})

test('no secret is in any table, audit entry or log line, and no query of a URL in the audit', async () => {
  const made = await createWebhook(ctx, BY, { url: 'https://8.8.8.8/hook?token=abracadabra' })
  if (!made.ok) throw new Error(made.code)
  const { id, secret } = made.value
  const replaced = await replaceWebhookSecret(ctx, BY, id)
  await moveWebhook(ctx, BY, id, 'https://8.8.4.4/hook?token=abracadabra')
  await sendTest(ctx, BY, id)
  await removeWebhook(ctx, BY, id)
  const secrets = [secret, replaced.ok ? replaced.value.secret : ''].flatMap((text) => {
    const bytes = Buffer.from(text.slice('whsec_'.length), 'base64')
    return [text.slice('whsec_'.length), bytes.toString('hex')]
  })
  const entries = await db.sql<{ action: string; text: string }[]>`
    select action, to_jsonb(t)::text as text from audit_entries t where subject = ${id} order by at`
  expect(entries.map(({ action }) => action)).toEqual([
    'webhook.create',
    'webhook.update',
    'webhook.update',
    'webhook.test',
    'webhook.remove',
  ])
  expect(entries[1]!.text).toContain('replaced')
  const rows = await db.sql<{ text: string }[]>`select to_jsonb(w)::text as text from webhooks w`
  for (const { text } of [...entries, ...rows])
    for (const kept of secrets) expect(text).not.toContain(kept)
  for (const { text } of entries) expect(text).not.toContain('abracadabra')
  for (const kept of secrets) expect(portal.logged()).not.toContain(kept)
})

test('there are at most so many webhooks, and a wrong URL is refused at its field', async () => {
  for (let i = 0; i < WEBHOOKS_MAX; i++) await addWebhook()
  expect(await createWebhook(ctx, BY, { url: world.receiver.url })).toMatchObject({
    code: 'too_many',
  })
  expect(await createWebhook(ctx, BY, { url: 'http://example.com' })).toMatchObject({
    code: 'invalid_request',
    pointer: '/url',
  })
})

test('alerts and deliveries are read in parts, newest first, each one once', async () => {
  const { id } = await addWebhook()
  for (let i = 0; i < 7; i++) await sendOne(id)
  const read = async (
    list: (after: string | null) => Promise<{ items: { id: string }[]; next: string | null }>,
  ) => {
    const ids: string[] = []
    for (let after: string | null = null; ;) {
      const part = await list(after)
      ids.push(...part.items.map((item) => item.id))
      if (part.next === null) return ids
      after = part.next
    }
  }
  const deliveries = await read((after) => listDeliveries(ctx, { webhook: id, after, limit: 3 }))
  expect(new Set(deliveries).size).toBe(7)
  expect(deliveries).toHaveLength(7)
  const alerts = await read((after) => listAlerts(ctx, { after, limit: 4 }))
  const [count] = await db.sql`select count(*)::int as n from alerts`
  expect(alerts).toHaveLength(count!.n as number)
  expect(new Set(alerts).size).toBe(alerts.length)
})
