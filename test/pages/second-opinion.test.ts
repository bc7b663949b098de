import type { Route } from 'playwright'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Report } from '#receipt/report.ts'
import { headline, paste, verdictOf, type Visit } from '../support/browser.ts'
import { siteTest, TEXT } from '../support/site.ts'
import { makeSigner, signReceipt } from '../support/signing.ts'
import { publishKey } from '../support/world.ts'

let id: string

const site = siteTest()
beforeAll(async () => {
  id = await site.publish(TEXT)
})

/** Opens the page with somebody between it and the portal. */
async function openThrough(path: string, between: (route: Route) => Promise<void>): Promise<Visit> {
  const visit = await site.visitor.prepare()
  await visit.page.route(path, between)
  await visit.page.goto(`/r/${id}`)
  return visit
}

async function expectAlarm({ page }: Visit): Promise<void> {
  const alarm = page.locator('#second-opinion[role=alert]')
  await alarm.waitFor()
  expect(await headline(page)).toBe('Two results that differ')
  expect(await verdictOf(page)).toBe('cannot-check')
  expect(await page.title()).toBe('Two results that differ · receipt · Counterfoil')
  const { tone, ground } = await page.locator('.stub').evaluate((stub) => {
    const style = getComputedStyle(stub)
    const named = (name: string) => style.getPropertyValue(name)
    return { tone: named('--tone'), ground: named('--ground') }
  })
  const invalid = await page.evaluate(() =>
    getComputedStyle(document.documentElement).getPropertyValue('--invalid'),
  )
  expect(tone).toBe(invalid)
  expect(ground).not.toBe('')
  // A good comparison must not paint over it.
  await paste(page, '#compare-text', TEXT)
  await page.locator('#compare-result', { hasText: 'would mean nothing' }).waitFor()
  expect(await headline(page)).toBe('Two results that differ')
}

/** Playwright's own requests don't know where the portal's public address leads. */
const fetchFor = (route: Route) => {
  const { pathname } = new URL(route.request().url())
  return route.fetch({ url: site.portal.origin + pathname })
}

/** The portal’s answer with something in it changed. */
const altered =
  (change: (report: Report) => void) =>
  async (route: Route): Promise<void> => {
    const answer = await fetchFor(route)
    const report = (await answer.json()) as Report
    change(report)
    await route.fulfill({ response: answer, json: report })
  }

describe('the browser checks again by itself', () => {
  test('and sounds the alarm when the receipt it gets is another than the page shows', async () => {
    const [header, claims, signature] = (await site.intruder.readReceipt(id)).split('.')
    const forged = `${header!}.${claims!}.${signature!.startsWith('A') ? 'B' : 'A'}${signature!.slice(1)}`
    const visit = await openThrough('**/receipt', (route) =>
      route.fulfill({ contentType: 'application/jose', body: forged }),
    )
    await expectAlarm(visit)
    expect(await visit.page.locator('#second-opinion').innerText()).toMatch(
      /portal says “Valid”, your browser says “Not valid”/,
    )
    await visit.close()
  })

  test('and when a good receipt is shown under another’s link', async () => {
    const other = await site.intruder.readReceipt(await site.publish('another text'))
    const visit = await openThrough('**/receipt', (route) =>
      route.fulfill({ contentType: 'application/jose', body: other }),
    )
    await expectAlarm(visit)
    await visit.close()
  })

  test('and when the key it gets is not the one that signed', async () => {
    const other = await makeSigner()
    const visit = await openThrough('**/v1/issuers/*', async (route) => {
      const answer = await fetchFor(route)
      const issuer = (await answer.json()) as { keys: { jwk: object }[] }
      for (const key of issuer.keys) key.jwk = other.jwk
      await route.fulfill({ response: answer, json: issuer })
    })
    await expectAlarm(visit)
    await visit.close()
  })

  test('and when the content it gets is not what was signed', async () => {
    const visit = await openThrough('**/content', (route) => route.fulfill({ body: 'forged' }))
    await expectAlarm(visit)
    await visit.close()
  })

  test('and when the key is said to be revoked, and the page says valid', async () => {
    const visit = await openThrough('**/v1/issuers/*', async (route) => {
      const answer = await fetchFor(route)
      const issuer = (await answer.json()) as { keys: object[] }
      const revoked = { state: 'revoked', revokedAt: '2020-01-01T00:00:00.000Z', reason: 'stolen' }
      issuer.keys = issuer.keys.map((key) => ({ ...key, ...revoked }))
      await route.fulfill({ response: answer, json: issuer })
    })
    await expectAlarm(visit)
    await visit.close()
  })

  test('and when the page says valid and the receipt is dated after its arrival', async () => {
    const visit = await openThrough(
      `**/v1/receipts/${id}`,
      altered((report) => (report.receivedAt = '2020-01-01T00:00:00.000Z')),
    )
    await expectAlarm(visit)
    await visit.close()
  })

  test('a page that grew old is no alarm: it asks to be loaded again', async () => {
    const revokedAt = '2026-01-01T00:00:00.000Z'
    const visit = await openThrough(
      `**/v1/receipts/${id}`,
      altered((report) => {
        report.verdict = 'revoked'
        report.revocation = { revokedAt, reason: 'just now' }
      }),
    )
    await visit.page.locator('#second-opinion', { hasText: 'please reload the page' }).waitFor()
    await visit.close()
  })

  test.each(['**/receipt', '**/content', '**/v1/issuers/*', '**/v1/receipts/*'])(
    'without %s it says that it could not, and shows the portal’s verdict as that',
    async (path) => {
      const visit = await openThrough(path, (route) => route.abort())
      await visit.page.locator('#second-opinion', { hasText: 'could not repeat' }).waitFor()
      expect(await verdictOf(visit.page)).toBe('valid')
      expect(await visit.page.locator('[role=alert]').count()).toBe(0)
      await visit.close()
    },
  )

  test('a receipt changed in the database is invalid to both', async () => {
    const changed = await site.publish('to be broken')
    const jws = await site.intruder.readReceipt(changed)
    const forged = await signReceipt(await makeSigner(), site.service.slug, 'to be broken')
    for (const wrong of [`${jws.slice(0, -1)}!`, forged, 'nonsense']) {
      await site.intruder.replaceReceipt(changed, wrong)
      site.portal.advance(1_001)
      const { page, faults, close } = await site.visitor.open(`/r/${changed}`)
      expect(await verdictOf(page)).toBe('invalid')
      await page.locator('#second-opinion', { hasText: 'came to the same result' }).waitFor()
      expect(await verdictOf(page)).toBe('invalid')
      expect(faults).toEqual([])
      await close()
    }
  })
})

test('a page whose key was published a moment ago is no alarm, though the browser kept an older list', async () => {
  const { page, faults, close } = await site.visitor.open(`/r/${id}`)
  const agrees = page.locator('#second-opinion', { hasText: 'came to the same result' })
  await agrees.waitFor()
  const signer = await publishKey(site.portal, site.service.slug)
  const newer = await site.publish('By the next key.', {}, { ...site.service, signer })
  await page.goto(`/r/${newer}`)
  await agrees.waitFor()
  // Retired, it is so in the page and in the browser's own judgement alike.
  const key = `/v1/admin/issuers/${site.service.slug}/signing-keys/${signer.kid}`
  await site.portal.admin('POST', `${key}/retire`, { reason: 'replaced' })
  site.portal.advance(1_001)
  // Browsers keep the page itself for five seconds.
  await page.reload()
  await agrees.waitFor()
  expect(await headline(page)).toBe('Valid when signed')
  expect(faults).toEqual([])
  await close()
})
