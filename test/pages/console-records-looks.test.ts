import { AxeBuilder } from '@axe-core/playwright'
import { expect, test } from 'vitest'
import { sessionCookieName } from '#app/web/cookies.ts'
import { createWebhook } from '#app/services/alerts/create-webhook.ts'
import { watchCaps } from '#app/services/alerts/watch-caps.ts'
import { startVisitor, type Visit } from '../support/browser.ts'
import { openConsole } from '../support/console.ts'
import { given, portalTest } from '../support/portal-test.ts'
import { PUBLIC_URL } from '../support/portal.ts'
import { createApiKey, createService, post, postText, type Service } from '../support/world.ts'
import { signReceipt } from '../support/signing.ts'

let service: Service
/** Pages of the console by what they show; the empty portal's are looked at before all others. */
let pages: Record<string, string>
const EMPTY = { overview: '', receipts: '/receipts', audit: '/audit', alerts: '/alerts' }

const { portal } = portalTest({ pages: true })
const owner = given(() => openConsole(portal, 'owner'))
const viewer = given(() => openConsole(portal, 'viewer'))
const visitor = given(
  () => startVisitor(portal),
  (one) => one.leave(),
)

const LONG = 'a-name-without-any-place-to-break-it-'.repeat(3).slice(0, 100)

async function fill(): Promise<void> {
  service = await createService(portal, { cap: 5, name: LONG })
  await createApiKey(portal, service.slug, { cap: 0, mode: 'test' })
  const publish = async (text: string) => {
    const jws = await signReceipt(service.signer, service.slug, text, { jti: `${LONG}/${text}` })
    const more = { content: { text }, visibility: 'public' }
    return (await post(portal, service.key.apiKey, jws, more)).body.receiptId
  }
  const [withdrawn, erased, kept] = [
    await publish('first'),
    await publish('second'),
    await publish('third'),
  ]
  await postText(portal, service, 'fourth')
  await owner.post(`/admin/receipts/${withdrawn}/revoke`, { reason: LONG })
  await owner.post(`/admin/receipts/${erased}/erase`)
  const by = { actor: owner.name, address: '192.0.2.1', requestId: null }
  const made = await createWebhook(portal.ctx, by, { url: `https://8.8.8.8/${LONG}` })
  if (!made.ok) throw new Error(made.code)
  const hook = made.value.id
  await watchCaps(portal.ctx)
  await owner.post(`/admin/alerts/${hook}`, { act: 'test' })
  await portal.ctx.db.run(
    `update deliveries set attempts = 3, last_status = 500, state = case when alert in
      (select id from alerts where type = 'webhook.test') then 'failed' else state end`,
    [],
  )
  pages = {
    overview: '',
    receipts: '/receipts',
    'receipts, wrong': '/receipts?q=nobody&from=2026-02-30',
    withdrawn: `/receipts/${withdrawn}?done=revoked`,
    erased: `/receipts/${erased}`,
    withdraw: `/receipts/${kept}/revoke`,
    'withdraw, too late': `/receipts/${withdrawn}/revoke`,
    erase: `/receipts/${kept}/erase`,
    audit: '/audit',
    'audit, nothing': '/audit?actor=nobody',
    'sign-ins': '/audit/sign-ins',
    alerts: '/alerts',
    webhook: `/alerts/${hook}?done=sent`,
    'new webhook': '/alerts/new',
    'webhook’s address': `/alerts/${hook}/address`,
    'webhook’s secret': `/alerts/${hook}/secret`,
    'webhook’s end': `/alerts/${hook}/remove`,
  }
}

async function open(path: string, who = owner, options: object = {}): Promise<Visit> {
  const visit = await visitor.prepare(options)
  const cookie = { name: sessionCookieName(PUBLIC_URL), value: who.token, url: PUBLIC_URL }
  await visit.page.context().addCookies([cookie])
  await visit.page.goto(`/admin${path}`)
  return visit
}

const LOOKS = [
  [360, 'light'],
  [768, 'dark'],
  [1600, 'light'],
] as const

/** Nothing for axe to find, and nothing beyond the window, at every width and in both colours. */
async function expectGood(visit: Visit, name: string): Promise<void> {
  const { page } = visit
  for (const details of await page.locator('summary').all()) await details.click()
  for (const [width, colorScheme] of LOOKS) {
    await page.setViewportSize({ width, height: 800 })
    await page.emulateMedia({ colorScheme })
    const beyond = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement
      return scrollWidth - clientWidth
    })
    expect([name, width, beyond]).toEqual([name, width, 0])
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze()
    const found = violations.map(({ id, nodes }) => `${id} ${nodes[0]?.html ?? ''}`)
    expect([name, width, found]).toEqual([name, width, []])
  }
  expect(await page.locator('h1').count()).toBe(1)
  expect([name, visit.faults]).toEqual([name, []])
}

test('an empty portal’s pages are for everybody’s eyes and hands', async () => {
  for (const [name, path] of Object.entries(EMPTY)) {
    const visit = await open(path, owner, { bypassCSP: true })
    await expectGood(visit, `empty ${name}`)
    await visit.close()
  }
}, 120_000)

test('so are all pages of a portal in use, also with long names', async () => {
  await fill()
  for (const [name, path] of Object.entries(pages)) {
    const visit = await open(path, owner, { bypassCSP: true })
    expect([name, visit.status]).toEqual([name, 200])
    await expectGood(visit, name)
    await visit.close()
  }
  for (const path of ['/nothing', '/receipts/nothing']) {
    const visit = await open(path, owner, { bypassCSP: true })
    expect([path, visit.status]).toEqual([path, 404])
    await expectGood(visit, path)
    await visit.close()
  }
  for (const path of ['', '/alerts', pages.webhook!]) {
    const visit = await open(path, viewer, { bypassCSP: true })
    await expectGood(visit, `viewer ${path}`)
    await visit.close()
  }
}, 300_000)

test('by keyboard alone and without JavaScript: a receipt is found and withdrawn', async () => {
  const id = await postText(portal, await createService(portal), 'by keyboard')
  const { page, close, faults } = await open('/receipts', owner, { javaScriptEnabled: false })
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.locator('#filter-q').focus()
  await page.keyboard.type(id)
  await page.keyboard.press('Enter')
  await page.locator(`a[href="/admin/receipts/${id}"]`).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('link', { name: 'Revoke…' }).focus()
  await page.keyboard.press('Enter')
  await page.getByLabel('Reason').focus()
  await page.keyboard.type('Found by the keyboard')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.getByRole('status').waitFor()
  expect(await page.getByRole('status').innerText()).toContain('revoked')
  expect(await page.locator('.public-report').innerText()).toContain('Found by the keyboard')
  expect(faults).toEqual([])
  await close()
})

test('a browser’s own form adds a webhook, and what was typed wrong stays with its reason', async () => {
  const { page, close, faults } = await open('/alerts/new', owner, { javaScriptEnabled: false })
  const address = page.getByLabel('Address')
  await address.fill('https://10.0.0.8/hook')
  await page.keyboard.press('Enter')
  await page.locator('[aria-invalid=true]').waitFor()
  expect(await address.inputValue()).toBe('https://10.0.0.8/hook')
  expect(await page.locator('.field-error').innerText()).toContain('public internet')
  await address.fill('https://8.8.4.4/hook')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'The secret, this once' }).waitFor()
  expect(await page.locator('#webhook-secret').innerText()).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  expect(faults.filter((fault) => !fault.includes('400'))).toEqual([])
  await close()
})
