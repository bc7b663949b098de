import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { createWebhook } from '#app/services/alerts/create-webhook.ts'
import { deliverAlerts } from '#app/services/alerts/deliver-alerts.ts'
import { findWebhook } from '#app/services/alerts/list-alerts.ts'
import { pinTo, postWebhook, REACH } from '#app/services/alerts/post-webhook.ts'
import { openReceiver } from '../support/receiver.ts'
import { BY, deliveryTest, never } from '../support/delivery-world.ts'

const { portal, db, ctx, world, addWebhook, deliver, deliveriesOf, sendOne } = deliveryTest()

test('a receiver that hangs keeps no other waiting, and is hung up on', async () => {
  const slow = await openReceiver()
  slow.answer = () => undefined
  const hanging = await addWebhook(slow.url)
  const quick = await addWebhook()
  for (let i = 0; i < 10; i++) await sendOne(hanging.id)
  for (let i = 0; i < 10; i++) await sendOne(quick.id)
  const delivery = { hasEnded: false }
  const sending = deliver({ ...REACH, timeoutMs: 3_000 }).then(() => (delivery.hasEnded = true))
  while (world.receiver.got.length < 10 && !delivery.hasEnded)
    await new Promise((resume) => setTimeout(resume, 10))
  // The ten are there while the others still hang, however slow this machine is.
  expect([world.receiver.got.length, delivery.hasEnded]).toEqual([10, false])
  await sending
  const tried = (await deliveriesOf(hanging.id)).find(({ attempts }) => attempts > 0)
  expect(tried).toMatchObject({ state: 'pending', lastError: 'No answer within 3 s.' })
  await slow.close()
})

test('stopping hangs up at once and gives back what was not sent', async () => {
  const { id } = await addWebhook()
  await sendOne(id)
  const stop = new AbortController()
  world.receiver.answer = () => stop.abort()
  // A receiver that never answers, and is not hung up on, would be waited for beyond this test.
  await deliverAlerts(ctx, stop.signal, { ...REACH, timeoutMs: 600_000 })
  expect((await deliveriesOf(id))[0]).toMatchObject({ state: 'pending', attempts: 0 })
  world.receiver.answer = 200
  await deliver()
  expect((await deliveriesOf(id))[0]).toMatchObject({ state: 'delivered', attempts: 1 })
})

test('a redirect is a failure and is not followed', async () => {
  const inner = await openReceiver()
  const { id } = await addWebhook()
  for (const status of [301, 302, 303, 307, 308]) {
    world.receiver.answer = (response) => response.writeHead(status, { location: inner.url }).end()
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
  world.receiver.answer = (response) => {
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
  world.receiver.answer = (response) => void response.writeHead(200).write('x')
  await deliver({ ...REACH, timeoutMs: 300 })
  expect((await deliveriesOf(id))[0]).toMatchObject({ state: 'delivered', lastStatus: 200 })
})

test('410 Gone turns the webhook off, and the audit says so', async () => {
  const { id } = await addWebhook()
  await sendOne(id)
  await sendOne(id)
  world.receiver.answer = 410
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
  expect(world.receiver.got).toEqual([])
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
