import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright'
import { expect, test } from 'vitest'
import { inviteAdmin, inviteFirstOwner } from '#app/services/people/invite-admin.ts'
import { beginSecondFactor, switchOnSecondFactor } from '#app/services/door/second-factor.ts'
import { appCode, BY, good, makeAdmin, PASSWORD } from '../support/admins.ts'
import { giveAuthenticator } from '../support/authenticator.ts'
import { headline, startVisitor, type Visit } from '../support/browser.ts'
import { given, portalTest } from '../support/portal-test.ts'
import { PUBLIC_URL } from '../support/portal.ts'

const { portal } = portalTest({ pages: true })
const visitor = given(
  () => startVisitor(portal),
  (one) => one.leave(),
)

const pathOf = (url: string): string => url.slice(PUBLIC_URL.length)

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
const arriveAt = (page: Page, path: string) => page.waitForURL(PUBLIC_URL + path)

async function expectAccessible({ page }: Visit): Promise<void> {
  for (const [width, colorScheme] of [
    [360, 'light'],
    [1600, 'dark'],
  ] as const) {
    await page.setViewportSize({ width, height: 800 })
    await page.emulateMedia({ colorScheme })
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze()
    const found = violations.map(({ id, nodes }) => `${page.url()}: ${id} ${nodes[0]?.html ?? ''}`)
    expect(found).toEqual([])
    const over = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    )
    expect([page.url(), over]).toEqual([page.url(), 0])
  }
}

test('a set-up link, a passkey, and the first owner is in; out again, in by the passkey, and back to what was asked for', async () => {
  const url = (await inviteFirstOwner(portal.ctx))!
  const visit = await visitor.prepare({ bypassCSP: false })
  const { page } = visit
  await giveAuthenticator(page)
  await page.goto(pathOf(url))
  expect(await headline(page)).toBe('Set up the console')
  // Without a name there is nobody to make a passkey for.
  await press(page, 'Make a passkey instead')
  expect(page.url()).toBe(url)
  await page.getByLabel('Your name').fill('Ada')
  await press(page, 'Make a passkey instead')
  await arriveAt(page, '/admin')
  expect(await page.locator('.console-who').innerText()).toContain('Ada')

  await press(page, 'Sign out')
  await arriveAt(page, '/admin/sign-in?done=signed-out')
  await page.goto('/admin/people/invite')
  await arriveAt(page, '/admin/sign-in?next=%2Fadmin%2Fpeople%2Finvite')
  await press(page, 'Sign in with a passkey')
  await arriveAt(page, '/admin/people/invite')

  // Eleven minutes later somebody else may sit here.
  portal.advance(11 * 60_000)
  await page.reload()
  await arriveAt(page, '/admin/confirm?next=%2Fadmin%2Fpeople%2Finvite')
  expect(await headline(page)).toBe('Is it you?')
  await press(page, 'Use a passkey')
  await arriveAt(page, '/admin/people/invite')

  await page.goto(pathOf(url))
  expect([visit.status, await headline(page)]).toEqual([410, 'This link was used already'])
  expect(visit.faults).toEqual([])
  await visit.close()
})

test('without JavaScript: a password, an app’s codes, a recovery code that works once, and a confirmation', async () => {
  const { url } = good(await inviteAdmin(portal.ctx, BY, 'admin'))
  const visit = await visitor.open(pathOf(url), { javaScriptEnabled: false })
  const { page } = visit
  expect(await page.getByRole('button', { name: /passkey/ }).count()).toBe(0)
  await page.getByLabel('Your name').fill('Bob')
  await page.getByLabel('Password').fill(PASSWORD)
  await press(page, 'Join with this password')
  await arriveAt(page, '/admin')

  await page.getByRole('link', { name: 'Bob' }).click()
  expect(await page.locator('main').innerText()).toContain('Whoever learns your password')
  await page.getByRole('link', { name: 'Set it up' }).click()
  expect(await page.getByRole('img', { name: 'QR code for your authenticator app' }).count()).toBe(
    1,
  )
  const secret = await page.locator('.factor-key').innerText()
  await page.getByLabel('Code', { exact: true }).fill('000000')
  await press(page, 'Turn it on and show the recovery codes')
  expect(await page.getByRole('alert').innerText()).toContain('This code is not right.')
  // The app has scanned this one: it is not replaced by another.
  expect(await page.locator('.factor-key').innerText()).toBe(secret)
  await page.getByLabel('Code', { exact: true }).fill(appCode(secret, portal.ctx.now()))
  await press(page, 'Turn it on and show the recovery codes')
  const codes = (await page.locator('#recovery-codes').innerText()).trim().split('\n')
  expect(new Set(codes).size).toBe(10)

  const signIn = async () => {
    await page.goto('/admin/account')
    await press(page, 'Sign out')
    await page.goto('/admin/sign-in?next=%2Fadmin%2Faccount')
    await page.getByLabel('Name').fill('bob')
    await page.getByLabel('Password').fill(PASSWORD)
    await press(page, 'Sign in')
    await arriveAt(page, '/admin/sign-in/code?next=%2Fadmin%2Faccount')
  }
  await signIn()
  await page.getByLabel('Code', { exact: true }).fill(codes[0]!.toUpperCase().replaceAll('-', ' '))
  await press(page, 'Sign in')
  await arriveAt(page, '/admin/account')
  expect(await page.locator('main').innerText()).toContain('9 recovery codes are left.')
  await signIn()
  await page.getByLabel('Code', { exact: true }).fill(codes[0]!)
  await press(page, 'Sign in')
  expect(await page.locator('.field-error').innerText()).toContain('used already')
  await page.getByLabel('Code', { exact: true }).fill(appCode(secret, portal.ctx.now() + 30_000))
  await press(page, 'Sign in')
  await arriveAt(page, '/admin/account')

  portal.advance(11 * 60_000)
  await page.getByRole('link', { name: 'Make new recovery codes' }).click()
  await arriveAt(page, '/admin/confirm?next=%2Fadmin%2Faccount%2Frecovery-codes')
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByLabel('Code', { exact: true }).fill('123456')
  await press(page, 'Go on')
  // The password alone is not enough for whoever has a second factor.
  expect(await page.locator('.field-error').innerText()).toContain('This code is not right')
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByLabel('Code', { exact: true }).fill(appCode(secret, portal.ctx.now()))
  await press(page, 'Go on')
  await arriveAt(page, '/admin/account/recovery-codes')
  await press(page, 'Make new codes and show them')
  expect(await page.locator('#recovery-codes').innerText()).not.toContain(codes[1])
  expect(visit.faults).toEqual([])
  await visit.close()
})

test('passkeys are added, named and removed, and the last way in stays', async () => {
  const { url } = good(await inviteAdmin(portal.ctx, BY, 'viewer'))
  const visit = await visitor.prepare()
  const { page } = visit
  await giveAuthenticator(page)
  await page.goto(pathOf(url))
  await page.getByLabel('Your name').fill('Carol')
  await press(page, 'Make a passkey instead')
  await arriveAt(page, '/admin')
  await page.goto('/admin/account')
  expect(await page.locator('main').innerText()).toContain('your only way in')
  expect(await page.getByRole('link', { name: 'Remove First passkey' }).count()).toBe(0)
  await page.getByRole('link', { name: 'Rename First passkey' }).click()
  const first = page.url()
  await page.getByLabel('Name').fill('Laptop')
  await press(page, 'Rename it')
  await arriveAt(page, '/admin/account?done=passkey-renamed')
  expect(await page.locator('table').innerText()).toContain('Laptop')
  // Straight to its address: the page says why it stays.
  await page.goto(`${first}/remove`)
  expect(await page.locator('main').innerText()).toContain('This is your only way in')

  await page.goto('/admin/account/passkeys/new')
  await page.getByLabel('Name').fill('The same laptop')
  await press(page, 'Make the passkey')
  await page.getByText('holds a passkey for you already').waitFor()
  const other = await page.context().newCDPSession(page)
  await other.send('WebAuthn.disable')
  await giveAuthenticator(page)
  await press(page, 'Make the passkey')
  await arriveAt(page, '/admin/account?done=passkey-added')
  await page.getByRole('link', { name: 'Remove Laptop' }).click()
  await press(page, 'Remove the passkey')
  await arriveAt(page, '/admin/account?done=passkey-removed')
  expect(await page.locator('table').innerText()).not.toContain('Laptop')
  expect(visit.faults).toEqual([])
  await visit.close()
})

test('axe finds nothing on any page, narrow and light, wide and dark, and none is wider than its window', async () => {
  const { url } = good(await inviteAdmin(portal.ctx, BY, 'owner'))
  const visit = await visitor.prepare({ bypassCSP: true })
  const { page } = visit
  await giveAuthenticator(page)
  for (const path of ['/admin/sign-in?done=signed-out', '/admin/join/nothing', pathOf(url)]) {
    await page.goto(path)
    await expectAccessible(visit)
  }
  await page.getByLabel('Your name').fill('Dave')
  await press(page, 'Make a passkey instead')
  await arriveAt(page, '/admin')
  await page.goto('/admin/account')
  const passkey = await page
    .getByRole('link', { name: 'Rename First passkey' })
    .getAttribute('href')
  await page.goto('/admin/people')
  const person = await page.getByRole('link', { name: 'Role of Dave' }).getAttribute('href')
  for (const path of [
    '/admin/account?done=back',
    '/admin/account/password',
    '/admin/account/second-factor',
    '/admin/account/second-factor/off',
    '/admin/account/passkeys/new',
    passkey!,
    `${passkey!}/remove`,
    '/admin/sessions',
    '/admin/people',
    '/admin/people/invite',
    person!,
    `${person!}/remove`,
  ]) {
    await page.goto(path)
    expect([path, visit.status]).toEqual([path, 200])
    await expectAccessible(visit)
  }
  await page.goto('/admin/people/invite')
  await press(page, 'Make the link and show it')
  await expectAccessible(visit)
  await page.reload()
  expect(await headline(page)).toBe('The link can’t be shown again')
  await expectAccessible(visit)
  portal.advance(11 * 60_000)
  await page.goto('/admin/people/invite')
  await expectAccessible(visit)
  await visit.close()
}, 120_000)

test('axe finds nothing on the steps of somebody with a password and a second factor, wrong or right', async () => {
  const { ctx } = portal
  const { admin } = await makeAdmin(ctx, 'viewer', 'Erin')
  const { sealed, secret } = beginSecondFactor(ctx, admin)
  const values = { sealed, code: appCode(secret, ctx.now()) }
  const [codeA, codeB] = good(await switchOnSecondFactor(ctx, BY, admin.id, values))
  const visit = await visitor.open('/admin/sign-in', { bypassCSP: true })
  const { page } = visit
  const code = page.getByLabel('Code', { exact: true })
  await page.getByLabel('Name').fill('Erin')
  await page.getByLabel('Password').fill('a wrong guess')
  await press(page, 'Sign in')
  expect(await page.getByRole('alert').innerText()).toContain('don’t belong together')
  await expectAccessible(visit)
  await page.getByLabel('Password').fill(PASSWORD)
  await press(page, 'Sign in')
  await arriveAt(page, '/admin/sign-in/code')
  await code.fill('000000')
  await press(page, 'Sign in')
  await page.locator('.field-error').waitFor()
  await expectAccessible(visit)
  await code.fill(codeA!)
  await press(page, 'Sign in')
  await arriveAt(page, '/admin')

  portal.advance(11 * 60_000)
  await page.goto('/admin/account/recovery-codes')
  await page.getByLabel('Password').fill('a wrong guess')
  await code.fill(codeB!)
  await press(page, 'Go on')
  expect(await page.locator('.field-error').innerText()).toContain('This is not your password.')
  await expectAccessible(visit)
  await page.getByLabel('Password').fill(PASSWORD)
  // Nothing was taken for a code beside a wrong password: it still works.
  await code.fill(codeB!)
  await press(page, 'Go on')
  await arriveAt(page, '/admin/account/recovery-codes')
  await expectAccessible(visit)
  await press(page, 'Make new codes and show them')
  await expectAccessible(visit)
  // Copied by a button, which the script has brought.
  await press(page, 'Copy the recovery codes')
  const copied = await page.evaluate(() => navigator.clipboard.readText())
  expect(copied.split('\n')).toHaveLength(10)
  await page.goto('/admin/account/second-factor/off')
  await expectAccessible(visit)
  await press(page, 'Turn it off')
  await arriveAt(page, '/admin/account?done=second-factor-off')
  await expectAccessible(visit)
  expect(visit.faults).toEqual([])
  await visit.close()
}, 120_000)
