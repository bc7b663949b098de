import { beforeAll, expect, test } from 'vitest'
import { ask } from '../support/ask.ts'
import { siteTest, TEXT } from '../support/site.ts'

let id: string

const site = siteTest()
beforeAll(async () => {
  id = await site.publish(TEXT)
})

test('13.6: no page and no document speaks of a log that is not there', async () => {
  for (const path of [
    '/docs',
    `/r/${id}`,
    '/openapi.json',
    '/problems',
    `/r/rec_${'0'.repeat(32)}`,
  ]) {
    const { text } = await ask(site.portal, path)
    expect(text, path).not.toMatch(/log_pending|not_yet_logged|not in the (?:public )?log yet/)
    expect(text, path).not.toMatch(/"?state"?:\s*"pending"/)
  }
})

test('13.6: the verify page says among its checks that there is no public log', async () => {
  const { page, faults, close } = await site.visitor.open(`/r/${id}`)
  await page.locator('#second-opinion', { hasText: 'came to the same result' }).waitFor()
  expect(await page.locator('[data-axis=time]').first().textContent()).not.toContain('pending')
  expect(await page.locator('main').textContent()).toContain('This portal keeps no public log.')
  expect(faults).toEqual([])
  await close()
})
