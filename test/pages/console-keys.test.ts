import { AxeBuilder } from '@axe-core/playwright'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BrowserContextOptions } from 'playwright'
import { beforeAll, describe, expect, test } from 'vitest'
import { sessionCookieName } from '#app/web/cookies.ts'
import { dropFile, headline, type Visit } from '../support/browser.ts'
import { openConsole } from '../support/console.ts'
import { ACTING, HOSTILE } from '../support/hostile.ts'
import { PUBLIC_URL } from '../support/portal.ts'
import { makeFolder, runLines } from '../support/shown-lines.ts'
import { siteTest } from '../support/site.ts'
import { signReceipt } from '../support/signing.ts'
import { post, publishKey } from '../support/world.ts'

/** Of an admin who is signed in. */
let token: string

const site = siteTest()
beforeAll(async () => {
  token = (await openConsole(site.portal, 'admin')).token
})

/** A browser of somebody who is signed in. */
async function enter(options: BrowserContextOptions = {}): Promise<Visit> {
  const visit = await site.visitor.prepare(options)
  await visit.page
    .context()
    .addCookies([{ name: sessionCookieName(PUBLIC_URL), value: token, url: PUBLIC_URL }])
  return visit
}

describe.each([
  { how: 'with JavaScript', javaScriptEnabled: true, slug: 'pier' },
  { how: 'without JavaScript', javaScriptEnabled: false, slug: 'quay' },
])('an admin’s way to the first receipt, $how', ({ javaScriptEnabled, slug }) => {
  test('issuer, signing key, API key, curl, cap, rotation, revocation', async () => {
    const visit = await enter({ javaScriptEnabled })
    const { page } = visit
    const folder = await makeFolder(site.portal)
    /** By the button where there is one, else by hand. */
    const take = async (id: string): Promise<string> => {
      if (!javaScriptEnabled) return (await page.locator(`#${id}`).textContent()) ?? ''
      await page.locator(`button[data-copies=${id}]`).click()
      await page.locator(`button[data-copies=${id}]`, { hasText: 'Copied' }).waitFor()
      return page.evaluate(() => navigator.clipboard.readText())
    }

    await page.goto('/admin/issuers')
    await page.getByRole('link', { name: 'Create an issuer' }).click()
    await page.getByLabel('Name').fill(`The ${slug} archive`)
    await page.getByLabel('Slug').fill(slug)
    await page.getByRole('button', { name: 'Create the issuer' }).click()
    expect(await page.locator('[role=status]').innerText()).toContain('The issuer is created.')

    await page.getByRole('link', { name: 'Publish a signing key' }).click()
    const lines: string[] = []
    for (const at of [0, 1, 2]) lines.push(await take(`key-shell-${at}`))
    const [jwk, proof] = await runLines(folder, lines.join('\n'))
    if (javaScriptEnabled) {
      const pem = join(folder, `${slug}-signing-key.pem`)
      await dropFile(page, '#key-file', await readFile(pem))
      await page.locator('#key-file-says[data-tone=bad]').waitFor()
      expect(await page.locator('#key-file-says').innerText()).toContain('This is a private key.')
      expect(await page.getByLabel('Public key').inputValue()).toBe('')
      await runLines(folder, `openssl pkey -in ${slug}-signing-key.pem -pubout -out public.pem`)
      await dropFile(page, '#key-file', await readFile(join(folder, 'public.pem')))
      await page.locator('#key-file-says[data-tone=good]').waitFor()
      expect(JSON.parse(await page.getByLabel('Public key').inputValue())).toEqual(JSON.parse(jwk!))
      const printed = JSON.stringify({ jwk: JSON.parse(jwk!) as object, proof: 'of.the.sdk' })
      await dropFile(page, '#key-file', Buffer.from(printed))
      await page.locator('#key-file-says', { hasText: 'and the proof' }).waitFor()
      expect(await page.getByRole('textbox', { name: 'Proof' }).inputValue()).toBe('of.the.sdk')
    } else {
      expect(await page.locator('#key-file').isVisible()).toBe(false)
      await page.getByLabel('Public key').fill(jwk!)
    }
    await page.getByRole('textbox', { name: 'Proof' }).fill(proof!)
    await page.getByRole('button', { name: 'Publish the key' }).click()
    expect(await page.locator('[role=status]').innerText()).toContain(
      'The signing key is published',
    )

    await page.getByRole('link', { name: 'Create an API key' }).click()
    expect(await page.getByLabel('Issuer').inputValue()).toBe(slug)
    await page.getByLabel('Name').fill('Reading room')
    await page.getByLabel('Cap').fill('1')
    await page.getByRole('button', { name: 'Create it and show its secret' }).click()
    expect(await headline(page)).toBe('The secret, this once')
    const secret = await take('secret')
    expect(secret).toMatch(/^cfl_live_/)
    await page.locator('summary').click()
    const [sign, send] = [await take('sign-shell'), await take('post-shell')]
    const [answer] = await runLines(folder, `${sign}\n${send}`)
    const receipt = JSON.parse(answer!) as { receiptId: string }
    expect(receipt.receiptId).toMatch(/^rec_/)
    await page.goto(`/r/${receipt.receiptId}`)
    expect(await headline(page)).toBe('Valid receipt')

    await page.goto(`/admin/issuers/${slug}`)
    await page.getByRole('link', { name: 'Reading room' }).click()
    expect(await page.locator('.tiles').innerText()).toMatch(/1 of 1/)
    const again = `printf 'Another answer.' > answer.txt; ${sign.replace(/^printf.*$/m, '')}\n${send}`
    await expect(runLines(folder, again)).rejects.toThrow(/402/)
    await page.getByRole('link', { name: 'Change cap' }).click()
    await page.getByLabel('Cap').fill('10')
    await page.getByRole('button', { name: 'Save' }).click()
    expect((await runLines(folder, again)).join('')).toContain('"receiptId"')

    await page.getByRole('link', { name: 'Rotate' }).click()
    await page.getByLabel('Overlap in hours').fill('0')
    await page.getByRole('button', { name: 'Make a new secret and show it' }).click()
    const newSecret = await take('secret')
    expect(newSecret).not.toBe(secret)
    const usage = (key: string) => site.portal.call('GET', '/v1/usage', { token: key })
    expect([(await usage(secret)).status, (await usage(newSecret)).status]).toEqual([401, 200])
    await page.getByRole('link', { name: 'I have copied it' }).click()
    await page.getByRole('link', { name: 'Revoke' }).click()
    await page.getByRole('link', { name: 'Cancel' }).click()
    expect((await usage(newSecret)).status).toBe(200)
    await page.getByRole('link', { name: 'Revoke' }).click()
    await page.getByRole('button', { name: 'Revoke the API key' }).click()
    expect(await page.locator('[role=status]').innerText()).toContain('The API key is revoked')
    expect((await usage(newSecret)).status).toBe(401)

    await page.goto(`/admin/issuers/${slug}`)
    await page.locator('a[href*="/keys/"] code').click()
    await page.getByRole('link', { name: 'Revoke' }).click()
    expect(await page.locator('#preview').innerText()).toMatch(/^2 receipts received before this/)
    await page.getByLabel('In other hands since').fill('2026-01-01T00:00')
    await page.getByRole('button', { name: 'Preview' }).click()
    expect(await page.locator('#preview').innerText()).toMatch(/^No receipts .* 2 will show as/)
    await page.getByLabel('Reason').fill('The key file was in a backup that was lost.')
    await page.getByRole('button', { name: 'Revoke the key' }).click()
    expect(await page.locator('[role=status]').innerText()).toContain('The key is revoked')
    await page.goto(`/r/${receipt.receiptId}`)
    // Browsers keep the page that they saw before for five seconds.
    await page.reload()
    expect(await headline(page)).toBe('Revoked')
    expect(visit.faults).toEqual([])
    await visit.close()
  }, 90_000)
})

/** Each page, as it is at first and with something wrong in its form. */
async function listPages(): Promise<Record<string, string>> {
  const { portal, service } = site
  const issuer = `/admin/issuers/${service.slug}`
  const apiKey = `/admin/api-keys/${service.key.id}`
  const jws = await signReceipt(service.signer, service.slug, 'seen')
  await post(portal, service.key.apiKey, jws)
  const revoked = await publishKey(portal, service.slug)
  await portal.admin('POST', `/v1/admin${issuer.slice(6)}/signing-keys/${revoked.kid}/revoke`, {
    reason: 'Lost',
  })
  const signingKey = `${issuer}/keys/${service.signer.kid}`
  return {
    issuers: '/admin/issuers',
    'new issuer': '/admin/issuers/new',
    issuer,
    'issuer, change': `${issuer}/edit`,
    'new signing key': `${issuer}/keys/new`,
    'signing key': signingKey,
    'revoked signing key': `${issuer}/keys/${revoked.kid}`,
    'signing key, retire': `${signingKey}/retire`,
    'signing key, revoke': `${signingKey}/revoke`,
    'signing key, revoke, wrong moment': `${signingKey}/revoke?since=2999-01-01T00:00`,
    'signing key, revoke, again': `${issuer}/keys/${revoked.kid}/revoke`,
    'API keys': '/admin/api-keys',
    'API keys, none': '/admin/api-keys?issuer=nobody',
    'new API key': '/admin/api-keys/new',
    'API key': apiKey,
    'API key, change': `${apiKey}/edit`,
    'API key, rotate': `${apiKey}/rotate`,
    'API key, revoke': `${apiKey}/revoke`,
  }
}

const LOOKS = [
  [360, 'light'],
  [1600, 'dark'],
] as const

async function expectSound({ page }: Visit, name: string): Promise<void> {
  for (const details of await page.locator('details:not([open]) > summary').all())
    await details.click()
  for (const [width, colorScheme] of LOOKS) {
    await page.setViewportSize({ width, height: 800 })
    await page.emulateMedia({ colorScheme })
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze()
    const found = violations.map(({ id, nodes }) => `${name}: ${id} ${nodes[0]?.html ?? ''}`)
    expect(found).toEqual([])
    const overflow = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement
      return scrollWidth - clientWidth
    })
    expect([name, width, overflow]).toEqual([name, width, 0])
  }
}

describe('every page of keys', () => {
  test('has nothing for axe to find and fits its window, narrow and light, wide and dark', async () => {
    const visit = await enter({ bypassCSP: true })
    const { page } = visit
    for (const [name, path] of Object.entries(await listPages())) {
      await page.goto(path)
      expect([name, visit.status]).toEqual([name, 200])
      expect(await page.locator('h1').count()).toBe(1)
      await expectSound(visit, name)
      const send = page.locator('main form[method=post] button[type=submit]')
      // Browsers would not send an empty form: as one does that knows no “required”.
      if (/new|change|rotate/.test(name)) {
        await page.evaluate(() => {
          for (const form of document.querySelectorAll<HTMLFormElement>('main form[method=post]')) {
            form.noValidate = true
            for (const field of form.querySelectorAll('input:not([type=hidden]), textarea'))
              (field as HTMLInputElement).value = ''
          }
        })
        await send.click()
        expect([name, visit.status]).toEqual([name, 400])
        expect(await page.locator('[aria-invalid=true]').count()).toBeGreaterThan(0)
        await expectSound(visit, `${name}, wrong`)
      }
    }
    await page.goto('/admin/api-keys/new')
    await page.getByLabel('Name').fill('seen by axe')
    await page.getByRole('button', { name: 'Create it and show its secret' }).click()
    await expectSound(visit, 'secret')
    await visit.close()
  }, 240_000)
})

test('hostile names and reasons are text on every page that shows them', async () => {
  const { portal, service } = site
  const { run } = portal.ctx.db
  const visit = await enter()
  const { page } = visit
  for (const [at, text] of HOSTILE.entries()) {
    // Past the rules, which refuse most of these: as an older portal may have let them in.
    if (text.includes('\0')) continue
    await run('update issuers set name = $1, name_skeleton = $2, url = $1 where slug = $3', [
      text,
      `hostile-${at}`,
      service.slug,
    ])
    await run('update api_keys set name = $1 where id = $2', [text, service.key.id])
    await run('update signing_keys set reason = $1 where kid = $2', [text, service.signer.kid])
    await run(
      `insert into audit_entries (id, at, actor, action, subject, address, after)
        select gen_random_uuid(), now(), $1, $1, s, '192.0.2.7', jsonb_build_object('name', $1::text)
        from unnest(array[$2, $3, $4]) s`,
      [text, service.slug, service.key.id, service.signer.kid],
    )
    const issuer = `/admin/issuers/${service.slug}`
    const apiKey = `/admin/api-keys/${service.key.id}`
    // Every page for some of them, and for each one those that show most.
    const paths =
      at % 4 === 0
        ? [
            '/admin/issuers',
            issuer,
            `${issuer}/keys/new`,
            `${issuer}/keys/${service.signer.kid}`,
            '/admin/api-keys',
            '/admin/api-keys/new',
            apiKey,
            `${apiKey}/edit`,
            `${apiKey}/rotate`,
          ]
        : [issuer, apiKey]
    for (const path of paths) {
      await page.goto(path)
      expect([path, visit.status]).toEqual([path, 200])
      expect(await page.evaluate(() => 'window.__pwned' in window || '__pwned' in window)).toBe(
        false,
      )
      const shown = await page.locator('main').innerText()
      expect([path, ACTING.exec(shown)?.[0]]).toEqual([path, undefined])
    }
  }
  expect(visit.faults).toEqual([])
  await visit.close()
}, 180_000)
