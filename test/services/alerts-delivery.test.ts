import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Ctx } from '#app/context.ts'
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
import { pinTo, postWebhook, REACH } from '#app/services/alerts/post-webhook.ts'
import { auditUrl } from '#app/services/alerts/view-webhook.ts'
import { sendAgain, sendTest } from '#app/services/alerts/send-by-hand.ts'
import { watchCaps } from '#app/services/alerts/watch-caps.ts'
import { postAll, signMany } from '../support/crowd.ts'
import { portalOn, portalTest } from '../support/portal-test.ts'
import { openReceiver, type Receiver } from '../support/receiver.ts'
import { createService } from '../support/world.ts'

let receiver: Receiver
/** As a developer runs it: then, and only then, a receiver may be on this machine. */
let ctx: Ctx
let other: Ctx

const BY = { actor: 'test', address: null, requestId: null }
const never = new AbortController().signal
const onThisMachine = (given: Ctx): Ctx => ({
  ...given,
  config: { ...given.config, publicUrl: 'http://localhost:3000' },
})

const { portal, db } = portalTest()
const second = portalOn(db)
beforeAll(async () => {
  ctx = onThisMachine(portal.ctx)
  other = onThisMachine(second.ctx)
})

beforeEach(async () => {
  receiver = await openReceiver()
})

afterEach(async () => {
  await receiver.close()
  for (const { id } of await listWebhooks(ctx)) await removeWebhook(ctx, BY, id)
})

const addWebhook = async (url = receiver.url) => {
  const made = await createWebhook(ctx, BY, { url })
  if (!made.ok) throw new Error(`${made.code} ${made.detail ?? ''}`)
  return made.value
}
const deliver = (reach = REACH) => deliverAlerts(ctx, never, reach)
const deliveriesOf = async (webhook: string) =>
  (await listDeliveries(ctx, { webhook, after: null, limit: 100 })).items
/** Time passes: the next attempt is due. */
const wait = async () => {
  // The column keeps milliseconds and rounds: now() itself could be a little ahead of the next now().
  await db.sql`update deliveries set next_attempt_at = now() - interval '1 second'
    where state = 'pending'`
}
const sendOne = async (webhook: string) => {
  const sent = await sendTest(ctx, BY, webhook)
  if (!sent.ok) throw new Error(sent.code)
}

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
  const verified = receiver.got.map(({ body, headers }) =>
    new Webhook(secret).verify(body, headers as Record<string, string>),
  ) as { type: string; timestamp: string; data: Record<string, unknown> }[]
  expect(verified.map(({ type }) => type)).toEqual(['api_key.cap_near', 'api_key.cap_reached'])
  expect(verified[0]!.data).toMatchObject({ apiKey: service.key.id, used: 4, cap: 5, share: 80 })
  expect(Date.parse(verified[0]!.timestamp)).toBeLessThanOrEqual(Date.now())
  expect(Object.keys(verified[0]!)).toEqual(['type', 'timestamp', 'data'])
  const [first] = receiver.got
  expect(first).toMatchObject({ method: 'POST', path: '/hook' })
  expect(first!.headers).toMatchObject({ 'content-type': 'application/json' })
  expect(first!.headers['webhook-id']).toMatch(/^msg_[0-9A-Za-z]{24}$/)
})

test('a receiver that is down gets it later, under the same id and signed anew', async () => {
  const { id, secret } = await addWebhook()
  await sendOne(id)
  receiver.answer = 503
  const begunAt = Date.now()
  await deliver()
  const endedAt = Date.now()
  expect(receiver.got).toHaveLength(1)
  const [waiting] = await deliveriesOf(id)
  expect(waiting).toMatchObject({ state: 'pending', attempts: 1, lastStatus: 503 })
  // Five seconds and a fifth more or less, from some moment of this delivery on.
  const nextAt = Date.parse(waiting!.nextAttemptAt!)
  expect(nextAt).toBeGreaterThanOrEqual(begunAt + 4_000)
  expect(nextAt).toBeLessThanOrEqual(endedAt + 6_001)
  // Before that nothing is sent; on a machine that needed longer there is nothing to see.
  await deliver()
  if (Date.now() < nextAt) expect(receiver.got).toHaveLength(1)
  receiver.answer = (response) => response.destroy()
  await wait()
  await deliver()
  expect((await deliveriesOf(id))[0]).toMatchObject({
    attempts: 2,
    lastStatus: null,
    lastError: expect.stringContaining('cut off') as string,
  })
  receiver.answer = 200
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
  const ids = receiver.got.map(({ headers }) => headers['webhook-id'])
  expect(new Set(ids).size).toBe(1)
  const stamps = receiver.got.map(({ headers }) => headers['webhook-timestamp'])
  expect(new Set(stamps).size).toBeGreaterThan(1)
  for (const { body, headers } of receiver.got)
    new Webhook(secret).verify(body, headers as Record<string, string>)
})

test('nobody listening, a day long: it is given up, and “send again” begins anew', async () => {
  const { id } = await addWebhook()
  await sendOne(id)
  await receiver.close()
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
  receiver = await openReceiver()
  await moveWebhook(ctx, BY, id, receiver.url)
  await wait()
  await deliver()
  expect(receiver.got).toEqual([])
  expect((await sendAgain(ctx, BY, failed!.id)).ok).toBe(true)
  await deliver()
  expect(receiver.got[0]!.headers['webhook-id']).toBe(failed!.alert)
  const [again] = await deliveriesOf(id)
  expect(again).toMatchObject({ state: 'delivered', attempts: 1, alert: failed!.alert })
})

test('two senders at once send each delivery once', async () => {
  const { id } = await addWebhook()
  for (let i = 0; i < 60; i++) await sendOne(id)
  // Slow enough that both have some in their hands at any moment.
  receiver.answer = (response) => setTimeout(() => response.writeHead(204).end(), 20)
  await Promise.all([
    deliverAlerts(ctx, never),
    deliverAlerts(other, never),
    deliverAlerts(ctx, never),
  ])
  const ids = receiver.got.map(({ headers }) => headers['webhook-id'])
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
    receiver.answer = (response) => {
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
  expect(receiver.got).toHaveLength(1)
  // A sender that died: its lease ends, another one sends, and the first one’s word is too late.
  await wait()
  receiver.answer = 202
  await deliverAlerts(other, never)
  finish()
  await sending
  expect(receiver.got).toHaveLength(2)
  expect((await deliveriesOf(id))[0]).toMatchObject({ attempts: 2, lastStatus: 202 })
})

test('a receiver that hangs keeps no other waiting, and is hung up on', async () => {
  const slow = await openReceiver()
  slow.answer = () => undefined
  const hanging = await addWebhook(slow.url)
  const quick = await addWebhook()
  for (let i = 0; i < 10; i++) await sendOne(hanging.id)
  for (let i = 0; i < 10; i++) await sendOne(quick.id)
  const delivery = { hasEnded: false }
  const sending = deliver({ ...REACH, timeoutMs: 3_000 }).then(() => (delivery.hasEnded = true))
  while (receiver.got.length < 10 && !delivery.hasEnded)
    await new Promise((resume) => setTimeout(resume, 10))
  // The ten are there while the others still hang, however slow this machine is.
  expect([receiver.got.length, delivery.hasEnded]).toEqual([10, false])
  await sending
  const tried = (await deliveriesOf(hanging.id)).find(({ attempts }) => attempts > 0)
  expect(tried).toMatchObject({ state: 'pending', lastError: 'No answer within 3 s.' })
  await slow.close()
})

test('stopping hangs up at once and gives back what was not sent', async () => {
  const { id } = await addWebhook()
  await sendOne(id)
  const stop = new AbortController()
  receiver.answer = () => stop.abort()
  // A receiver that never answers, and is not hung up on, would be waited for beyond this test.
  await deliverAlerts(ctx, stop.signal, { ...REACH, timeoutMs: 600_000 })
  expect((await deliveriesOf(id))[0]).toMatchObject({ state: 'pending', attempts: 0 })
  receiver.answer = 200
  await deliver()
  expect((await deliveriesOf(id))[0]).toMatchObject({ state: 'delivered', attempts: 1 })
})

test('a redirect is a failure and is not followed', async () => {
  const inner = await openReceiver()
  const { id } = await addWebhook()
  for (const status of [301, 302, 303, 307, 308]) {
    receiver.answer = (response) => response.writeHead(status, { location: inner.url }).end()
    await sendOne(id)
    await deliver()
    expect((await deliveriesOf(id))[0]).toMatchObject({ state: 'pending', lastStatus: status })
  }
  expect(inner.got).toEqual([])
  await inner.close()
})

test('an endless answer is cut off after a few kilobytes; its status counts', async () => {
  const { id } = await addWebhook()
  await sendOne(id)
  let written = 0
  receiver.answer = (response) => {
    response.writeHead(200)
    const more = () => {
      while (!response.destroyed && response.write('x'.repeat(1024))) written += 1024
    }
    response.on('drain', more)
    more()
  }
  await deliver()
  expect((await deliveriesOf(id))[0]).toMatchObject({ state: 'delivered', lastStatus: 200 })
  expect(written).toBeLessThan(8 * 1024 * 1024)
  const rows = await db.sql`select to_jsonb(d)::text as text from deliveries d`
  expect(rows.some(({ text }) => (text as string).includes('xxxx'))).toBe(false)
})

test('an answer whose body never ends counts by its status when the time is over', async () => {
  const { id } = await addWebhook()
  await sendOne(id)
  receiver.answer = (response) => void response.writeHead(200).write('x')
  await deliver({ ...REACH, timeoutMs: 300 })
  expect((await deliveriesOf(id))[0]).toMatchObject({ state: 'delivered', lastStatus: 200 })
})

test('410 Gone turns the webhook off, and the audit says so', async () => {
  const { id } = await addWebhook()
  await sendOne(id)
  await sendOne(id)
  receiver.answer = 410
  await deliver()
  expect(await findWebhook(ctx, id)).toMatchObject({ state: 'disabled' })
  const states = (await deliveriesOf(id)).map(({ state }) => state)
  expect(states).toEqual(['failed', 'failed'])
  const [entry] = await db.sql`select actor, action, before, after from audit_entries
    where subject = ${id} order by at desc limit 1`
  expect(entry).toMatchObject({ actor: 'portal', action: 'webhook.update' })
  expect(entry!.after).toMatchObject({ state: 'disabled' })
})

test('a name that leads elsewhere the second time is looked up once, and only that is called', async () => {
  const inner = await openReceiver()
  const { port } = new URL(inner.url)
  let lookUps = 0
  // Public at first, this machine ever after: what DNS rebinding does. The public one belongs to
  // nobody: IANA keeps it in reserve.
  const resolve = () => Promise.resolve([lookUps++ === 0 ? '2d00::1' : '127.0.0.1'])
  const url = `https://rebind.example:${port}/`
  const reach = { resolve, timeoutMs: 400 }
  const message = { url, headers: {}, body: '{}' }
  const first = await postWebhook(ctx, message, reach, never)
  // Had the connection looked the name up by itself, it would say that there is none.
  expect(first).toMatchObject({ kind: 'failed' })
  expect(JSON.stringify(first)).not.toMatch(/ENOTFOUND|EAI_AGAIN|has no address/)
  for (let i = 0; i < 2; i++)
    expect(await postWebhook(ctx, message, reach, never)).toEqual({
      kind: 'failed',
      error: 'Its host has no address on the public internet.',
    })
  expect(lookUps).toBe(3)
  expect(inner.got).toEqual([])
  await inner.close()
})

test('the connection knows the checked addresses alone, whatever name it asks for', () => {
  const answers: unknown[] = []
  const lookup = pinTo(['93.184.215.14', '2606:4700::1111'])
  lookup('localhost', { all: true }, (...answer) => answers.push(answer))
  lookup('127.0.0.1.nip.example', {}, (...answer) => answers.push(answer))
  expect(answers).toEqual([
    [
      null,
      [
        { address: '93.184.215.14', family: 4 },
        { address: '2606:4700::1111', family: 6 },
      ],
    ],
    [null, '93.184.215.14', 4],
  ])
})

test('each attempt looks the name up again: what was public when it was entered may not be today', async () => {
  const made = await createWebhook(ctx, BY, { url: 'https://hook.example/' }, () =>
    Promise.resolve(['93.184.215.14']),
  )
  const { id } = made.ok ? made.value : { id: '' }
  await sendOne(id)
  await deliver({ ...REACH, resolve: () => Promise.resolve(['169.254.169.254']) })
  expect((await deliveriesOf(id))[0]).toMatchObject({
    state: 'pending',
    attempts: 1,
    lastError: 'Its host has no address on the public internet.',
  })
})

test('a local receiver of a developer is called no more once the portal has a public address', async () => {
  const { id } = await addWebhook()
  await sendOne(id)
  await deliverAlerts(portal.ctx, never)
  expect(receiver.got).toEqual([])
  expect((await deliveriesOf(id))[0]!.lastError).toBe('Must begin with https://.')
})

test('a server that speaks no TLS, or something else than HTTP, is a failure and no crash', async () => {
  const raw = createServer()
  raw.on('connection', (socket) => socket.end('220 mail.example ESMTP\r\n'))
  await new Promise<void>((listening) => raw.listen(0, '127.0.0.1', listening))
  const { port } = raw.address() as AddressInfo
  const message = { url: `http://localhost:${port}/`, headers: {}, body: '{}' }
  expect(await postWebhook(ctx, message, REACH, never)).toMatchObject({ kind: 'failed' })
  await new Promise((closed) => raw.close(closed))
})

test('turned off, nothing is sent and what was on its way ends; turned on again, new alerts come', async () => {
  const { id } = await addWebhook()
  await sendOne(id)
  expect(await disableWebhook(ctx, BY, id)).toMatchObject({
    ok: true,
    value: { state: 'disabled' },
  })
  await deliver()
  expect(receiver.got).toEqual([])
  const [ended] = await deliveriesOf(id)
  // Nobody gave up on it: its word says so.
  expect(ended).toMatchObject({ state: 'stopped', lastError: 'The webhook was turned off.' })
  expect(await sendTest(ctx, BY, id)).toMatchObject({ ok: false, code: 'webhook_disabled' })
  expect(await sendAgain(ctx, BY, ended!.id)).toMatchObject({ ok: false, code: 'webhook_disabled' })
  await enableWebhook(ctx, BY, id)
  expect((await sendAgain(ctx, BY, ended!.id)).ok).toBe(true)
  await deliver()
  expect(receiver.got).toHaveLength(1)
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
  const [{ body, headers }] = receiver.got as [Receiver['got'][number]]
  new Webhook(now).verify(body, headers as Record<string, string>)
  expect(() => new Webhook(secret).verify(body, headers as Record<string, string>)).toThrow()
})

test('with another SESSION_SECRET nothing is sent that no receiver could verify', async () => {
  const { id } = await addWebhook()
  await sendOne(id)
  const changed = { ...ctx, config: { ...ctx.config, sessionSecret: 'another session secret' } }
  await deliverAlerts(changed, never)
  expect(receiver.got).toEqual([])
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
  expect(await createWebhook(ctx, BY, { url: receiver.url })).toMatchObject({ code: 'too_many' })
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
