import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { giveAuthenticator } from '../support/authenticator.ts'
import { headline, startVisitor, verdictOf, type Visit } from '../support/browser.ts'
import { databaseTest, given } from '../support/portal-test.ts'
import { PUBLIC_URL } from '../support/portal.ts'
import { makeFolder, runLines } from '../support/shown-lines.ts'
import { findPort, spawnPortal, type SpawnedPortal } from '../support/spawn-portal.ts'

/** What `npm start` runs, on a database in which there is nothing. */
let portal: SpawnedPortal
/** The admin's browser, and the one of somebody who only reads and never signs in. */
let admin: Visit
let reader: Visit
/** Where the service signs with its first key, and where with its second. */
let oldDesk: string
let newDesk: string

const db = databaseTest()
beforeAll(async () => {
  portal = await spawnPortal({ port: await findPort(), database: db.connection })
})
const visitor = given(
  () => startVisitor(portal),
  (one) => one.leave(),
)
beforeAll(async () => {
  ;[admin, reader] = await Promise.all([visitor.prepare(), visitor.prepare()])
  ;[oldDesk, newDesk] = await Promise.all([makeFolder(portal), makeFolder(portal)])
})

afterAll(async () => {
  await portal.stop()
})

const follow = (name: string) => admin.page.getByRole('link', { name, exact: true }).click()
const press = (name: string) => admin.page.getByRole('button', { name, exact: true }).click()
const arriveAt = (path: string) => admin.page.waitForURL(PUBLIC_URL + path)
const notice = () => admin.page.locator('main [role=status]').innerText()
const main = () => admin.page.locator('main').innerText()

/** By its button, as a person copies it. */
async function copy(id: string): Promise<string> {
  const button = admin.page.locator(`button[data-copies=${id}]`)
  await button.click()
  await button.filter({ hasText: 'Copied' }).waitFor()
  return admin.page.evaluate(() => navigator.clipboard.readText())
}

interface Posted {
  receiptId: string
  code: string
  manageUrl: string
}

/** Signs a text and posts it by the lines that the page has shown; gives what the portal answers. */
async function post(desk: string, lines: string, text: string): Promise<Posted> {
  const about = lines.replace(/^printf .* > answer\.txt$/m, `printf '${text}' > answer.txt`)
  const said = await runLines(desk, about).catch(
    // curl fails with the body where the portal refuses.
    (error: unknown) => (error as { stdout: string }).stdout.split('\n'),
  )
  return JSON.parse(said.join('')) as Posted
}

/** Makes a key and its proof by the lines on the page, pastes both, and gives the key's id. */
async function publishKey(desk: string): Promise<string> {
  const { page } = admin
  const lines: string[] = []
  for (const at of [0, 1, 2]) lines.push(await copy(`key-shell-${at}`))
  const [jwk, proof] = await runLines(desk, lines.join('\n'))
  await page.getByLabel('Public key').fill(jwk!)
  await page.getByRole('textbox', { name: 'Proof' }).fill(proof!)
  await press('Publish the key')
  expect(await notice()).toContain('The signing key is published')
  const header = Buffer.from(proof!.split('.')[0]!, 'base64url').toString()
  return (JSON.parse(header) as { kid: string }).kid
}

const countReceipts = (secret: string) => portal.call('GET', '/v1/usage', { token: secret })

/** What a reader's page says at its top, when their own browser has checked it too. */
async function read(receiptId: string): Promise<string> {
  const { page } = reader
  await page.goto(`/r/${receiptId}`)
  // A browser keeps the page for five seconds, and what was just changed is what is looked for.
  await page.reload()
  await page.locator('#second-opinion', { hasText: 'came to the same result' }).waitFor()
  return headline(page)
}

/** What one step leaves for the next. */
let firstKid = ''
let secondKid = ''
let secret = ''
/** The lines that sign and post, as they stand beside the secret. */
let lines = ''
const receipts: string[] = []

describe('an admin’s first day', () => {
  test('whoever opens the console before anybody could sign in is told where its link is', async () => {
    const { page } = admin
    await page.goto('/admin')
    expect(await headline(page)).toBe('Not set up yet')
    expect(await main()).toContain('printed a link for its first owner when it started')
    expect(await page.locator('main form').count()).toBe(0)
  })

  test('the link that the first start prints lets the first owner in, with a name and a passkey', async () => {
    const { page } = admin
    const [link] = new RegExp(`${PUBLIC_URL}/admin/join/[\\w-]{43}`).exec(portal.said())!
    await giveAuthenticator(page)
    await page.goto(link.slice(PUBLIC_URL.length))
    expect(await headline(page)).toBe('Set up the console')
    await page.getByLabel('Your name').fill('Ada')
    await press('Make a passkey instead')
    await arriveAt('/admin')
    expect(await page.locator('.console-who').innerText()).toContain('Ada')
  })

  test('the overview of an empty portal says what to do first, and leads there', async () => {
    const { page } = admin
    expect(await page.locator('.steps li').allInnerTexts()).toEqual([
      expect.stringMatching(/^Create an issuer/),
      expect.stringMatching(/^Publish its signing key/),
      expect.stringMatching(/^Create an API key/),
      expect.stringMatching(/^Post the first receipt/),
    ])
    expect(await page.locator('.steps .badge').count()).toBe(0)
    await follow('Create an issuer')
    await page.getByLabel('Name').fill('Harbour Library')
    await page.getByLabel('Slug').fill('harbour')
    await press('Create the issuer')
    expect(await notice()).toContain('The issuer is created.')
  })

  test('a signing key is published by the proof that openssl makes from the lines on the page', async () => {
    await follow('Publish a signing key')
    firstKid = await publishKey(oldDesk)
    const { body } = await portal.call<{ keys: { kid: string }[] }>('GET', '/.well-known/jwks.json')
    expect(body.keys.map(({ kid }) => kid)).toEqual([firstKid])
  })

  test('the API key’s secret is shown once, beside a curl line that posts the first receipt', async () => {
    const { page } = admin
    await follow('Create an API key')
    await page.getByLabel('Name').fill('Reading room')
    await page.getByLabel('Cap').fill('1')
    await press('Create it and show its secret')
    secret = await copy('secret')
    expect(secret).toMatch(/^cfl_live_/)
    await page.locator('summary').click()
    const [sign, send] = [await copy('sign-shell'), await copy('post-shell')]
    lines = `${sign}\n${send}`
    await follow('I have copied it')
    await page.goto('/admin')
    expect(await page.locator('.steps .badge').allInnerTexts()).toEqual(['done', 'done', 'done'])
    // As it stands on the page, to the byte.
    const [answer] = await runLines(oldDesk, lines)
    receipts.push((JSON.parse(answer!) as Posted).receiptId)
    await follow('Reading room')
    expect(await page.content()).not.toContain(secret)
  })

  test('the first receipt is seen in the overview, in the list, and by whoever has its link', async () => {
    const { page } = admin
    await expect
      .poll(async () => {
        await page.goto('/admin')
        return page.locator('.tiles > div', { hasText: 'Receipts today' }).locator('dd').innerText()
      })
      .toMatch(/^1\b/)
    expect(await page.locator('.steps').count()).toBe(0)
    await follow('Receipts')
    expect(await page.locator('tbody tr').count()).toBe(1)
    await page.locator('tbody a').first().click()
    await arriveAt(`/admin/receipts/${receipts[0]!}`)
    expect(await page.locator('.stub').getAttribute('data-verdict')).toBe('valid')
    expect(await read(receipts[0]!)).toBe('Valid receipt')
  })

  test('a used-up cap answers 402, and the very next post after it is raised is taken', async () => {
    const { page } = admin
    const refused = await post(oldDesk, lines, 'One too many.')
    expect(refused.code).toBe('cap_exceeded')
    await page.goto(refused.manageUrl)
    expect(await page.getByLabel('Cap').inputValue()).toBe('1')
    await page.getByLabel('Cap').fill('10')
    await press('Save')
    expect(await notice()).toContain('It acts on the very next request.')
    receipts.push((await post(oldDesk, lines, 'One too many.')).receiptId)
    expect(receipts[1]).toMatch(/^rec_/)
  })

  test('a second signing key takes over; what the retired one signed still verifies, and says so', async () => {
    const { page } = admin
    await page.goto('/admin/issuers/harbour')
    await follow('Publish a signing key')
    secondKid = await publishKey(newDesk)
    await page.goto(`/admin/issuers/harbour/keys/${firstKid}/retire`)
    await page.getByLabel('Reason').fill('Replaced by the key of the new server.')
    await press('Retire the key')
    expect(await notice()).toContain('The key is retired')
    expect((await post(oldDesk, lines, 'By the old key.')).code).toBe('signing_key_retired')
    receipts.push((await post(newDesk, lines, 'By the new key.')).receiptId)

    const { body } = await portal.call<{ keys: { kid: string }[] }>('GET', '/.well-known/jwks.json')
    expect(body.keys.map(({ kid }) => kid).toSorted()).toEqual([firstKid, secondKid].toSorted())
    expect(await read(receipts[0]!)).toBe('Valid when signed')
    expect(await reader.page.locator('#says').innerText()).toMatch(/the key was retired on/)
    expect(await read(receipts[2]!)).toBe('Valid receipt')
    await follow('all that it signed')
    const shown = await page.locator('tbody a[href*="/receipts/rec_"]').count()
    expect(shown).toBe(2)
  })

  test('a rotated API key has two secrets until the overlap ends', async () => {
    const { page } = admin
    await page.goto('/admin/api-keys')
    await follow('Reading room')
    await follow('Rotate…')
    await page.getByLabel('Overlap in hours').fill('24')
    await press('Make a new secret and show it')
    const newSecret = await copy('secret')
    expect(newSecret).not.toBe(secret)
    for (const one of [secret, newSecret]) expect((await countReceipts(one)).status).toBe(200)
    await follow('I have copied it')
    expect(await main()).toMatch(/Secret before the rotation\s+works until .* UTC/)
  })

  test('a receipt that is withdrawn in the console is so for a reader who has its page open, within a minute', async () => {
    const { page } = admin
    expect(await read(receipts[0]!)).toBe('Valid when signed')
    await page.goto('/admin/receipts')
    await page.locator(`a[href="/admin/receipts/${receipts[0]!}"]`).click()
    await follow('Revoke…')
    await page.getByLabel('Reason').fill('The opening hours were out of date.')
    const startedAt = performance.now()
    await press('Revoke the receipt')
    expect(await notice()).toContain('The receipt is revoked.')
    await expect
      .poll(
        async () => {
          await reader.page.goto(`/r/${receipts[0]!}`)
          return verdictOf(reader.page)
        },
        { timeout: 60_000, interval: 250 },
      )
      .toBe('revoked')
    expect(performance.now() - startedAt).toBeLessThan(60_000)
    expect(await reader.page.locator('#says').innerText()).toContain('The opening hours were out')
    expect(await read(receipts[1]!)).toBe('Valid when signed')
    expect(await reader.page.context().cookies()).toEqual([])
  }, 120_000)

  test('the audit has every act under the admin’s name, newest first, and no secret', async () => {
    const { page } = admin
    await page.goto('/admin/audit?actor=Ada')
    const keyId = `key_${secret.split('_')[2]!}`
    const acts = await page.locator('.audit-line').allInnerTexts()
    expect(acts.map((act) => act.replaceAll(/\s+/g, ' '))).toEqual([
      `Ada revoked receipt ${receipts[0]!}`,
      `Ada rotated API key Reading room ${keyId}`,
      `Ada retired signing key ${firstKid}`,
      `Ada published signing key ${secondKid}`,
      `Ada changed API key Reading room ${keyId}`,
      `Ada created API key Reading room ${keyId}`,
      `Ada published signing key ${firstKid}`,
      'Ada created issuer Harbour Library harbour',
      'Ada joined as owner Ada',
    ])
    expect(await page.content()).not.toContain(secret.slice(-20))
  })

  test('signed out, the console is closed again; nothing went wrong all day in either browser', async () => {
    const { page } = admin
    await press('Sign out')
    await arriveAt('/admin/sign-in?done=signed-out')
    await page.goto('/admin/receipts')
    await arriveAt('/admin/sign-in?next=%2Fadmin%2Freceipts')
    expect([...admin.faults, ...reader.faults]).toEqual([])
  })
})
