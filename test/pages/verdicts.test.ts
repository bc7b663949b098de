import { beforeAll, describe, expect, test } from 'vitest'
import { headline, paste, verdictOf } from '../support/browser.ts'
import { siteTest, publishVerdicts, TEXT } from '../support/site.ts'

let ids: Record<string, string>

const site = siteTest()
beforeAll(async () => {
  ids = await publishVerdicts(site)
})

/** What the first thing on the page must say, and what it must not. */
const EXPECTED = [
  ['valid', 'Valid receipt', /^Signed by Name issuer-\w; received here on .* UTC\./],
  ['valid-key-retired', 'Valid when signed', /the key was retired on .*, after this receipt/],
  ['partial', 'Genuine receipt, incomplete answer', /cut off before its end/],
  ['revoked', 'Revoked', /Revoked by its issuer on .*“The opening hours were out of date\.”/],
  ['invalid', 'Not a valid receipt', /text stored here is no longer the text that was signed/],
  ['unknown-issuer', 'Unknown signer', /does not know this signer/],
  ['not-found', 'No receipt here', /There is no receipt under this link/],
] as const

const TWICE = /with two separate implementations, and came to the same result/
/** Altered content is given to nobody, so no browser can see what is wrong with it. */
const OPINIONS: Record<string, RegExp> = {
  invalid: /could not repeat the check/,
  'unknown-issuer': /by itself and came to the same result/,
}

const GREEN = 'rgb(233, 245, 236)'

describe('each verdict on its page', () => {
  test.each(EXPECTED)(
    '%s is told by word, sign and colour, and the browser agrees',
    async (...row) => {
      const [verdict, title, says] = row
      const { page, faults, status, close } = await site.visitor.open(`/r/${ids[verdict]!}`)
      expect(status).toBe(verdict === 'not-found' ? 404 : 200)
      expect(await verdictOf(page)).toBe(verdict)
      expect(await headline(page)).toBe(title)
      expect(await page.locator('#says').innerText()).toMatch(says)
      expect(await page.locator('.verdict-icon path').count()).toBe(1)
      const words = await page.locator('body').innerText()
      expect(words).not.toMatch(/fake|tampered|undefined|\[object|NaN|null/i)
      if (verdict !== 'not-found') {
        await page.locator('#second-opinion', { hasText: OPINIONS[verdict] ?? TWICE }).waitFor()
        expect(await verdictOf(page)).toBe(verdict)
      }
      expect(faults).toEqual([])
      await close()
    },
  )

  test('no two look alike, and only what holds is green', async () => {
    const looks = new Map<string, string>()
    const grounds = new Map<string, string>()
    for (const [verdict] of EXPECTED) {
      const { page, close } = await site.visitor.open(`/r/${ids[verdict]!}`)
      const ground = await page
        .locator('.stub')
        .evaluate((stub) => getComputedStyle(stub).backgroundColor)
      const path = await page.locator('.verdict-icon path').getAttribute('d')
      grounds.set(verdict, ground)
      looks.set(`${ground} ${path!}`, verdict)
      await close()
    }
    expect(looks.size).toBe(EXPECTED.length)
    expect(new Set(grounds.values()).size).toBe(EXPECTED.length)
    expect([...grounds].filter(([, ground]) => ground === GREEN)).toEqual([['valid', GREEN]])
  })

  test('differs is reached by pasting another text, and left by pasting the right one', async () => {
    const { page, faults, close } = await site.visitor.open(`/r/${ids.valid!}`)
    await paste(page, '#compare-text', TEXT.replace('nine', 'ten'))
    await page.locator('.stub[data-verdict=differs]').waitFor()
    expect(await headline(page)).toBe('Different text')
    expect(await page.locator('.answers [data-axis=unchanged]').getAttribute('data-status')).toBe(
      'fail',
    )
    await paste(page, '#compare-text', TEXT)
    await page.locator('.stub[data-verdict=valid]').waitFor()
    expect(await page.locator('#says').innerText()).toContain(
      'Not altered since: your text is exactly what was signed.',
    )
    expect(faults).toEqual([])
    await close()
  })

  test('cannot-check is what the page says while the database is away, and only that', async () => {
    await site.link.cut()
    site.portal.advance(1_001)
    const { page, faults, status, close } = await site.visitor.open(`/r/${ids.valid!}`)
    expect(status).toBe(503)
    expect(await verdictOf(page)).toBe('cannot-check')
    expect(await headline(page)).toBe('We could not check this right now')
    expect(await page.locator('main').innerText()).toContain('says nothing about the receipt')
    expect(faults).toEqual([])
    await site.link.mend()
    // “Retry” on the page itself is enough, once the database is back.
    await expect
      .poll(
        async () => {
          await page.getByRole('link', { name: 'Retry' }).click()
          await page.waitForLoadState()
          return verdictOf(page)
        },
        { timeout: 15_000 },
      )
      .toBe('valid')
    await close()
  })
})

describe('a test receipt', () => {
  test('says so above the verdict and is green nowhere, in light and in dark', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, faults, close } = await site.visitor.open(`/r/${ids.test!}`, { colorScheme })
      expect(await verdictOf(page)).toBe('valid')
      const stub = page.locator('.stub')
      expect((await stub.innerText()).trimStart()).toMatch(/^Test receipt/)
      await paste(page, '#compare-text', 'Only a test.')
      await page.locator('#compare-result .result').waitFor()
      const greens = await page.evaluate(() => {
        const tooGreen = (colour: string) => {
          const [r = 0, g = 0, b = 0, a = 1] = (colour.match(/[\d.]+/g) ?? []).map(Number)
          return a > 0 && g > r + 10 && g > b + 10
        }
        return [...document.querySelectorAll('*')].flatMap((element) => {
          const { color, backgroundColor, borderTopColor } = getComputedStyle(element)
          return [color, backgroundColor, borderTopColor].filter(tooGreen)
        })
      })
      expect(greens).toEqual([])
      expect(faults).toEqual([])
      await close()
    }
  })
})

describe('an invalid receipt', () => {
  test('shows nothing that its issuer supplied', async () => {
    const { page, close } = await site.visitor.open(`/r/${ids.invalid!}`)
    const html = await page.content()
    for (const claim of ['desk-2', 'The library', site.service.slug, 'This text will be changed'])
      expect(html).not.toContain(claim)
    expect(await page.locator('#compare-text').count()).toBe(0)
    await close()
  })
})

describe('without JavaScript', () => {
  test.each(EXPECTED)('%s is on the page in full', async (verdict, title, says) => {
    const { page, faults, close } = await site.visitor.open(`/r/${ids[verdict]!}`, {
      javaScriptEnabled: false,
    })
    expect(await verdictOf(page)).toBe(verdict)
    expect(await headline(page)).toBe(title)
    expect(await page.locator('#says').innerText()).toMatch(says)
    expect(await page.locator('#second-opinion').isVisible()).toBe(false)
    expect(await page.locator('#compare-text').isVisible()).toBe(false)
    expect(await page.title()).toMatch(/ · receipt · Counterfoil$/)
    expect(faults).toEqual([])
    await close()
  })
})
