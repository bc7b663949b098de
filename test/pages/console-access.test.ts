import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inviteAdmin, inviteFirstOwner } from '#app/services/invite-admin.ts'
import { appCode, BY, good, PASSWORD } from '../support/admins.ts'
import { headline, startVisitor, type Visit, type Visitor } from '../support/browser.ts'
import { freshDatabase } from '../support/database.ts'
import { PUBLIC_URL, startPortal, type Portal } from '../support/portal.ts'

let portal: Portal
let visitor: Visitor
let drop: () => Promise<void>

beforeAll(async () => {
  const database = await freshDatabase()
  drop = () => database.drop()
  portal = await startPortal(database.connection, { pages: Promise.resolve() })
  visitor = await startVisitor(portal)
})

afterAll(async () => {
  await visitor.leave()
  await portal.stop()
  await drop()
})

const pathOf = (url: string): string => url.slice(PUBLIC_URL.length)

/** A device with a fingerprint reader, whose owner always says yes. */
async function giveAuthenticator(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page)
  await session.send('WebAuthn.enable')
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
}

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
const arriveAt = (page: Page, path: string) => page.waitForURL(PUBLIC_URL + path)

async function expectAccessible({ page }: Visit): Promise<void> {
  for (const [width, colorScheme] of [
    [360, 'light'],
    [1280, 'dark'],
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
