import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { deliverAlerts } from '#app/services/alerts/deliver-alerts.ts'
import { watchCaps } from '#app/services/alerts/watch-caps.ts'
import type { Ctx } from '#app/context.ts'
import { openConsole, type ConsoleClient } from '../support/console.ts'
import { signMany } from '../support/crowd.ts'
import { portalTest } from '../support/portal-test.ts'
import { openReceiver, type Receiver } from '../support/receiver.ts'
import { createService, post } from '../support/world.ts'

let receiver: Receiver
let admin: ConsoleClient
let viewer: ConsoleClient
/** As a developer runs it: a receiver may be on this machine. */
let local: Ctx
let hook: string
let secret: string
const never = new AbortController().signal

const { portal } = portalTest({ pages: true })
beforeAll(async () => {
  local = { ...portal.ctx, config: { ...portal.ctx.config, publicUrl: 'http://localhost:3000' } }
  receiver = await openReceiver()
  admin = await openConsole(portal, 'admin')
  viewer = await openConsole(portal, 'viewer')
})

afterAll(async () => {
  await receiver.close()
})

const shownSecret = (text: string): string => /whsec_[A-Za-z0-9+/]{43}=/.exec(text)?.[0] ?? ''
/** Of a public address, for the form; then where this test listens. */
const lead = (id: string) =>
  portal.ctx.db.run('update webhooks set url = $1 where id = $2', [receiver.url, id])

test('nobody is told yet, and the page says what to do first', async () => {
  expect((await admin.get('/admin/alerts')).text).toContain('href="/admin/alerts/new"')
  expect((await viewer.get('/admin/alerts')).text).not.toContain('href="/admin/alerts/new"')
})

test('an address that leads inside is refused at its field, and stays as it was typed', async () => {
  for (const url of [
    '',
    'nowhere',
    'http://example.com/',
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0177.0.0.1/',
    'https://[::ffff:10.0.0.1]/',
    'https://169.254.169.254/latest/meta-data/',
    'https://a:b@8.8.8.8/',
  ]) {
    const refused = await admin.submit('/admin/alerts/new', { url })
    expect([url, refused.status]).toEqual([url, 400])
    expect(refused.text).toContain('aria-invalid="true"')
    if (url !== '') expect(refused.text).toContain(`value="${url}"`)
    expect(shownSecret(refused.text)).toBe('')
  }
  expect(await portal.ctx.db.run('select id from webhooks', [])).toEqual([])
})

test('a webhook’s secret is on one page, and in no page after it', async () => {
  const url = 'https://8.8.8.8/a?token=abracadabra'
  const made = await admin.submit('/admin/alerts/new', { url })
  expect(made.status).toBe(200)
  expect(made.headers.get('cache-control')).toBe('no-store')
  secret = shownSecret(made.text)
  hook = /\/admin\/alerts\/(whk_\w+)/.exec(made.text)![1]!
  for (const path of ['', `/${hook}`, `/${hook}/secret`, `/${hook}/address`])
    expect(shownSecret((await admin.get(`/admin/alerts${path}`)).text)).toBe('')
  // A viewer needs no address that somebody could send to.
  expect((await admin.get(`/admin/alerts/${hook}`)).text).toContain('abracadabra')
  for (const path of ['', '/alerts', `/alerts/${hook}`, '/audit'])
    expect((await viewer.get(`/admin${path}`)).text).not.toContain('abracadabra')
})

test('a cap that is reached arrives signed, and stands in the lists with its answer', async () => {
  await lead(hook)
  const service = await createService(portal, { cap: 1, name: 'the till' })
  const [receipt] = await signMany(service, 1)
  await post(portal, service.key.apiKey, receipt!)
  await watchCaps(portal.ctx)
  expect((await viewer.get(`/admin/alerts/${hook}`)).text).toContain('on its way')
  receiver.answer = 503
  await deliverAlerts(local, never)
  const failing = (await viewer.get(`/admin/alerts/${hook}`)).text
  expect(failing).toContain('trying again')
  expect(failing).toContain('It answered 503.')
  await portal.ctx.db.run(`update deliveries set next_attempt_at = now() - interval '1 second'`, [])
  receiver.answer = 204
  await deliverAlerts(local, never)
  const { body, headers } = receiver.got.at(-1)!
  const told = new Webhook(secret).verify(body, headers as Record<string, string>)
  expect(told).toMatchObject({ type: 'api_key.cap_reached', data: { name: 'the till', used: 1 } })
  const list = (await viewer.get('/admin/alerts')).text
  for (const words of ['Cap reached', '“the till”', '1 of 1 receipts', 'delivered', '2 attempts'])
    expect(list).toContain(words)
  expect(list).not.toContain('Send again')
})

test('“send again” and a test go out under the right id, by an admin only', async () => {
  const page = (await admin.get(`/admin/alerts/${hook}`)).text
  const delivery = /name="delivery" value="([0-9a-f-]{36})"/.exec(page)![1]!
  expect((await viewer.post('/admin/alerts', { delivery })).status).toBe(403)
  const before = receiver.got.at(-1)!.headers['webhook-id']
  const again = await admin.post('/admin/alerts', { delivery })
  expect([again.status, again.location]).toEqual([302, `/admin/alerts/${hook}?done=sent`])
  await deliverAlerts(local, never)
  expect(receiver.got.at(-1)!.headers['webhook-id']).toBe(before)
  expect((await viewer.post(`/admin/alerts/${hook}`, { act: 'test' })).status).toBe(403)
  expect((await admin.post(`/admin/alerts/${hook}`, { act: 'test' })).status).toBe(302)
  await deliverAlerts(local, never)
  expect(JSON.parse(receiver.got.at(-1)!.body)).toMatchObject({ type: 'webhook.test' })
  for (const unknown of ['', 'x', '00000000-0000-4000-8000-000000000000'])
    expect((await admin.post('/admin/alerts', { delivery: unknown })).status).toBe(404)
  expect((await admin.post(`/admin/alerts/${hook}`, { act: 'dance' })).status).toBe(400)
})

test('turned off, moved, with a new secret and removed: each is done once and stands in the audit', async () => {
  await admin.post(`/admin/alerts/${hook}`, { act: 'test' })
  const { text } = await admin.get(`/admin/alerts/${hook}`)
  expect(text).toMatch(
    /<summary[^>]*>Turn off.*deliveries on their way are stopped.*Turn it off<\/button>/s,
  )
  await admin.post(`/admin/alerts/${hook}`, { act: 'disable' })
  const off = (await admin.get(`/admin/alerts/${hook}`)).text
  for (const words of ['Turned off since', '>stopped<', 'The webhook was turned off.'])
    expect(off).toContain(words)
  // What ended because somebody wanted it is no failure.
  expect(off).not.toContain('given up')
  expect((await admin.post(`/admin/alerts/${hook}`, { act: 'test' })).status).toBe(409)
  await admin.post(`/admin/alerts/${hook}`, { act: 'enable' })
  const wrong = await admin.post(`/admin/alerts/${hook}/address`, { url: 'https://10.1.1.1/' })
  expect([wrong.status, wrong.text.includes('value="https://10.1.1.1/"')]).toEqual([400, true])
  const moved = await admin.post(`/admin/alerts/${hook}/address`, { url: 'https://8.8.4.4/b' })
  expect(moved.location).toBe(`/admin/alerts/${hook}?done=moved`)
  const again = await admin.post(`/admin/alerts/${hook}/address`, { url: 'https://8.8.4.4/other' })
  expect(again.location).toBe(moved.location)
  const replaced = shownSecret((await admin.submit(`/admin/alerts/${hook}/secret`)).text)
  expect(replaced).not.toBe('')
  expect(replaced).not.toBe(secret)
  const page = await admin.get(`/admin/alerts/${hook}/remove`)
  expect(page.text).toContain('That can’t be undone')
  expect(page.text).toContain(`href="/admin/alerts/${hook}"`)
  expect((await admin.post(`/admin/alerts/${hook}/remove`)).status).toBe(302)
  for (const path of ['/remove', '/secret', '/address'])
    expect((await admin.get(`/admin/alerts/${hook}${path}`)).status).toBe(404)
  const audit = (await viewer.get(`/admin/audit?subject=${hook}`)).text
  // Two addresses of one host are told apart, though neither is shown.
  expect(new Set(audit.match(/8\.8\.4\.4\/… \([0-9a-f]{8}\)/g)).size).toBe(2)
  for (const act of [
    'added webhook',
    'sent a test to webhook',
    'sent an alert again to webhook',
    'changed webhook',
    'removed webhook',
  ])
    expect(audit).toContain(act)
  for (const kept of [secret, replaced]) expect(audit).not.toContain(kept.slice(6))
  // Times are read as everywhere else in the console.
  expect(audit).toMatch(/\d{1,2} \w{3} \d{4}, \d\d:\d\d:\d\d UTC/)
  expect(audit).not.toMatch(/>\d{4}-\d\d-\d\dT/)
  // Nor what stands after the host: whoever has it may send there.
  expect(audit).toContain('https://8.8.4.4/…')
  for (const path of ['/b', '/other']) expect(audit).not.toContain(`https://8.8.4.4${path}`)
})
