import { AxeBuilder } from '@axe-core/playwright'
import { beforeAll, describe, expect, test } from 'vitest'
import { headline, paste, type Visit } from '../support/browser.ts'
import { siteTest, publishVerdicts, TEXT } from '../support/site.ts'

let ids: Record<string, string>

const site = siteTest()
beforeAll(async () => {
  ids = await publishVerdicts(site)
})

const pages = (): Record<string, string> => ({
  ...Object.fromEntries(Object.entries(ids).map(([verdict, id]) => [verdict, `/r/${id}`])),
  home: '/',
  'home, not understood': '/?q=hello',
  issuer: `/issuers/${site.service.slug}`,
  reference: '/docs',
  problem: '/problems/cap_exceeded',
  problems: '/problems',
  nowhere: '/nowhere',
})

async function expectAccessible({ page }: Visit, name: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze()
  const found = violations.map(({ id, nodes }) => `${name}: ${id} ${nodes[0]?.html ?? ''}`)
  expect(found).toEqual([])
}

const LOOKS = [
  [360, 'light'],
  [1280, 'dark'],
] as const

const overflow = ({ page }: Visit): Promise<number> =>
  page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    return scrollWidth - clientWidth
  })

describe('every page', () => {
  test('has nothing for axe to find, narrow and light, wide and dark', async () => {
    for (const [name, path] of Object.entries(pages())) {
      const visit = await site.visitor.open(path, { bypassCSP: true })
      const { page } = visit
      for (const details of await page.locator('summary').all()) await details.click()
      for (const [width, colorScheme] of LOOKS) {
        await page.setViewportSize({ width, height: 800 })
        await page.emulateMedia({ colorScheme })
        await expectAccessible(visit, `${name} ${width}`)
      }
      if (name === 'valid') {
        await paste(page, '#compare-text', TEXT.replace('nine', 'ten'))
        await page.locator('.stub[data-verdict=differs]').waitFor()
        await expectAccessible(visit, 'differs')
      }
      await visit.close()
    }
  }, 180_000)

  test('fits 320 pixels, which is 1280 at 400 %, left to right and right to left', async () => {
    for (const [name, path] of Object.entries(pages())) {
      const visit = await site.visitor.open(path, { viewport: { width: 320, height: 640 } })
      for (const details of await visit.page.locator('summary').all()) await details.click()
      expect([name, await overflow(visit)]).toEqual([name, 0])
      await visit.page.evaluate(() => (document.documentElement.dir = 'rtl'))
      expect([name, await overflow(visit)]).toEqual([name, 0])
      expect(visit.faults).toEqual([])
      await visit.close()
    }
  })

  test('begins with one heading, names its language, and lets the keyboard skip to it', async () => {
    for (const path of Object.values(pages())) {
      const { page, close } = await site.visitor.open(path)
      expect(await page.locator('h1').count()).toBe(1)
      expect(await page.locator('html').getAttribute('lang')).toBe('en')
      expect(await page.title()).toMatch(/\S/)
      await page.keyboard.press('Tab')
      expect(await page.evaluate(() => document.activeElement?.getAttribute('href'))).toBe('#main')
      await close()
    }
  })
})

describe('a verdict', () => {
  test('keeps its word, its sign and a border where the reader’s own colours rule', async () => {
    const options = { forcedColors: 'active' as const }
    const { page, faults, close } = await site.visitor.open(`/r/${ids.revoked!}`, options)
    expect(await headline(page)).toBe('Revoked')
    const icon = page.locator('.verdict-icon')
    expect(await icon.isVisible()).toBe(true)
    const { border, stroke, ground } = await page.evaluate(() => {
      const style = (of: string) => getComputedStyle(document.querySelector(of)!)
      return {
        border: style('.stub').borderTopStyle,
        stroke: style('.verdict-icon').stroke,
        ground: style('.stub').backgroundColor,
      }
    })
    expect(border).toBe('solid')
    expect(stroke).not.toBe(ground)
    expect(faults).toEqual([])
    await close()
  })

  test('is read out before anything else of the page, and its change is announced', async () => {
    const { page, close } = await site.visitor.open(`/r/${ids.valid!}`)
    const tree = await page.locator('main').ariaSnapshot()
    expect(tree.split('\n').slice(0, 5).join('\n')).toMatch(/heading "Valid receipt" \[level=1\]/)
    expect(await page.locator('#compare-result').getAttribute('role')).toBe('status')
    expect(await page.locator('#second-opinion').getAttribute('role')).toBe('status')
    await close()
  })

  test('prints without what only works on a screen', async () => {
    const { page, close } = await site.visitor.open(`/r/${ids.valid!}`)
    await page.emulateMedia({ media: 'print' })
    expect(await page.locator('#compare').isVisible()).toBe(false)
    expect(await page.locator('nav').isVisible()).toBe(false)
    expect(await page.locator('.print-only').innerText()).toBe(`http://portal.test/r/${ids.valid!}`)
    expect(await page.locator('#verdict').isVisible()).toBe(true)
    await close()
  })
})
