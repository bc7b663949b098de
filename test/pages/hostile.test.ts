import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { ask } from '../support/ask.ts'
import type { Visit } from '../support/browser.ts'
import { ACTING, HOSTILE } from '../support/hostile.ts'
import { siteTest } from '../support/site.ts'
import { secondsNow } from '../support/signing.ts'
import { createApiKey, createService, freshSlug, post, publishKey } from '../support/world.ts'

const site = siteTest()

const cut = (text: string, characters: number) => Array.from(text).slice(0, characters).join('')

/** What has no place in a JSON string that the strict reader accepts. */
const writable = HOSTILE.filter((text) => !text.includes('\u0000'))

/** Every field that can carry a text of somebody's choice carries a hostile one. */
function claimsOf(values: readonly string[], from: number): object {
  const at = (offset: number) => values[(from + offset) % values.length]!
  const meta = Array.from({ length: 12 }, (_, n): [string, string] => [
    `${cut(at(n), 60)}${n}`,
    cut(at(n + 12), 512),
  ])
  return {
    model: cut(at(1), 128),
    provider: cut(at(2), 128),
    jti: `${from} ${cut(at(3), 100)}`,
    outcome: { status: 'complete', end: cut(at(4), 64) },
    meta: Object.fromEntries(meta),
  }
}

/** Nothing ran, nothing became markup, and nothing acts on the text around it. */
async function expectHarmless({ page, faults }: Visit): Promise<void> {
  expect(await page.evaluate(() => '__pwned' in window)).toBe(false)
  expect(faults).toEqual([])
  const { strange, text, links } = await page.evaluate(() => ({
    strange: [...document.querySelectorAll('body *, head *')]
      .filter(
        (one) =>
          /^(iframe|form|base|embed|object|style|template)$/i.test(one.tagName) ||
          (one.tagName === 'IMG' &&
            !/^\/r\/rec_\w{32}\/qr\.svg$/.test(one.getAttribute('src') ?? '')) ||
          one.getAttributeNames().some((name) => /^on|^style$|^autofocus$|^srcdoc$/.test(name)) ||
          (one.tagName === 'SCRIPT' &&
            !/^\/assets\/[\w.-]+\.js$/.test(one.getAttribute('src') ?? '')) ||
          (one.tagName === 'META' && one.hasAttribute('http-equiv')),
      )
      .map((one) => one.outerHTML),
    text: document.body.innerText,
    links: [...document.querySelectorAll('a')].map((link) => link.protocol),
  }))
  expect(strange.filter((one) => !one.startsWith('<form id="by-link"'))).toEqual([])
  expect(new Set(links)).toEqual(new Set(['http:']))
  expect(ACTING.exec(text)?.[0].codePointAt(0)?.toString(16)).toBeUndefined()
}

describe('a receipt whose every field is hostile', () => {
  // Each pass shifts the strings by one field more, so that each string meets each kind of field.
  test.each([0, 7, 14, 21, 28])(
    'runs nothing and shows all of it as text (from %i)',
    async (from) => {
      const text = [...writable.slice(from), ...writable.slice(0, from)].join('\n')
      const id = await site.publish(text, claimsOf(writable, from))
      const visit = await site.visitor.open(`/r/${id}`)
      await visit.page.locator('#second-opinion', { hasText: 'same result' }).waitFor()
      for (const details of await visit.page.locator('summary').all()) await details.click()
      await expectHarmless(visit)
      // Whatever is visible of it is the text itself, not what markup would have made of it.
      const shown = await visit.page.locator('.signed-text').evaluate((quote) => quote.textContent)
      const marked = text.replace(/\r\n/g, '\n')
      expect(shown.length).toBeGreaterThanOrEqual(marked.length)
      for (const line of marked.split('\n'))
        if (!/[^\u0020-\u007e]/.test(line)) expect(shown).toContain(line)
      expect(shown).toContain('U+202E')
      const wide = await visit.page.evaluate(() => document.documentElement.scrollWidth)
      expect(wide).toBeLessThanOrEqual(visit.page.viewportSize()!.width)
      await visit.close()

      const report = await ask(site.portal, `/v1/receipts/${id}`)
      expect(report.headers['content-type']).toBe('application/json; charset=utf-8')
      expect(report.headers['x-content-type-options']).toBe('nosniff')
      const content = await ask(site.portal, `/v1/receipts/${id}/content`)
      expect(content.text).toBe(text)
      expect(content.headers).toMatchObject({
        'content-type': 'text/plain; charset=utf-8',
        'content-disposition': `attachment; filename="${id}.txt"`,
        'content-security-policy': expect.stringContaining('sandbox') as string,
        'x-content-type-options': 'nosniff',
      })
    },
  )

  test('is refused where a media type is no media type', async () => {
    const { service, portal } = site
    for (const type of [
      'text/html"><script>',
      'javascript:alert(1)',
      'a/b\u202e',
      '<svg/onload=1>',
    ]) {
      const content = {
        alg: 'sha-256',
        digest: createHash('sha256').update('x').digest('base64url'),
        length: 1,
        type,
        subject: 'text',
      }
      const claims = { v: 1, iss: service.slug, iat: secondsNow(), content }
      const answer = await post(portal, service.key.apiKey, await service.signer.sign(claims))
      expect([type, answer.status, answer.body.code]).toEqual([type, 400, 'malformed_receipt'])
    }
  })
})

describe('an issuer with a hostile name, address and reasons', () => {
  test('is refused, or shown as text wherever it appears', async () => {
    const { portal } = site
    let accepted = 0
    for (const [n, text] of HOSTILE.entries()) {
      const slug = freshSlug()
      const name = cut(text, 90)
      const created = await portal.admin('POST', '/v1/admin/issuers', { slug, name })
      // Joiners belong to some scripts' names: they are let in, and marked where they are shown.
      if (/[\p{Cc}\p{Zl}\p{Bidi_Control}]/u.test(name))
        expect([name, created.status]).toEqual([name, 400])
      if (created.status !== 201) continue
      accepted++
      for (const url of [text, `https://evil.test/${text}`])
        await portal.admin('PATCH', `/v1/admin/issuers/${slug}`, { url })
      if (n % 6 !== 0) continue
      const signer = await publishKey(portal, slug)
      const service = { slug, signer, key: await createApiKey(portal, slug) }
      const id = await site.publish('plain', {}, service)
      const keyPath = `/v1/admin/issuers/${slug}/signing-keys/${signer.kid}/retire`
      await portal.admin('POST', keyPath, { reason: text })
      await portal.admin('POST', `/v1/admin/receipts/${id}/revoke`, { reason: text })
      for (const path of [`/issuers/${slug}`, `/r/${id}`]) {
        const visit = await site.visitor.open(path)
        expect(visit.status).toBe(200)
        await expectHarmless(visit)
        if (/^[\u0020-\u007e]*$/.test(name))
          expect(await visit.page.locator('main').textContent()).toContain(name)
        await visit.close()
      }
    }
    expect(accepted).toBeGreaterThan(15)
  })

  test('cannot have an address that is a script', async () => {
    const { slug } = await createService(site.portal)
    for (const url of [
      'javascript:alert(1)',
      'data:text/html,x',
      'https://a:b@evil.test/',
      '//evil',
    ])
      expect((await site.portal.admin('PATCH', `/v1/admin/issuers/${slug}`, { url })).status).toBe(
        400,
      )
  })
})

describe('a hostile address', () => {
  test('is answered calmly everywhere, and nothing of it becomes markup', async () => {
    for (const prefix of ['/r/', '/issuers/', '/problems/', '/?q=', '/', '/docs/', '/assets/']) {
      for (const text of HOSTILE) {
        const answer = await ask(site.portal, prefix + encodeURIComponent(text))
        expect([prefix, text, answer.status]).toEqual([prefix, text, prefix === '/?q=' ? 200 : 404])
        expect(answer.headers).not.toHaveProperty('set-cookie')
        for (const trap of ['__pwned', 'evil.test', 'onload=', 'alert(1)', '\u202e'])
          expect(answer.text).not.toContain(trap)
      }
    }
  })

  test('that no decoder reads is a 404 or a 400, never an error', async () => {
    const paths = [
      '//',
      '//evil.test/',
      '/%',
      '/r/%',
      '/r/%E0%A4%A',
      '/issuers/%ff',
      '/problems/%zz',
    ]
    const more = [
      '/r/%00',
      '/r//',
      '/r/.json',
      '/.%2e/%2e%2e/etc/passwd',
      '/\\evil.test',
      '/?q=%ff',
    ]
    for (const path of [...paths, ...more]) {
      const { status, headers } = await ask(site.portal, path)
      expect([path, status < 500]).toEqual([path, true])
      expect(headers.location ?? '').not.toContain('evil')
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
    }
    expect(site.portal.logged()).not.toContain('a page failed')
    expect(site.portal.logged()).not.toContain('a request failed')
  })

  test('leads a browser nowhere', async () => {
    for (const text of HOSTILE.slice(0, 4)) {
      const visit = await site.visitor.open(`/r/${encodeURIComponent(text)}?q=${text}#k=${text}`)
      expect(visit.status).toBe(404)
      await expectHarmless(visit)
      await visit.close()
    }
  })
})

describe('what is typed or pasted', () => {
  test('is text on the home page and in a comparison', async () => {
    const id = await site.publish('short and plain')
    const verify = await site.visitor.open(`/r/${id}`)
    const home = await site.visitor.open('/')
    for (const text of writable) {
      await verify.page.locator('#compare-text').fill(text)
      await verify.page.locator('#compare-go').click()
      await verify.page.locator('#compare-result .result[data-verdict=differs]').waitFor()
      await home.page.locator('#anything-text').fill(text)
      await home.page.locator('#anything-go').click()
      await home.page.locator('#anything-result .result').waitFor()
    }
    await expectHarmless(verify)
    await expectHarmless(home)
    await verify.close()
    await home.close()
  })
})
