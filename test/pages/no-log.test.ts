import { expect, test } from 'vitest'
import { siteTest, TEXT } from '../support/site.ts'

const site = siteTest()

test('13.6: no page and no document speaks of a log that is not there', async () => {
  const id = await site.publish(TEXT)
  for (const path of [
    '/docs',
    `/r/${id}`,
    '/openapi.json',
    '/problems',
    `/r/rec_${'0'.repeat(32)}`,
  ]) {
    const { text } = await site.portal.call('GET', path)
    expect(text, path).not.toMatch(/log_pending|not_yet_logged|not in the (?:public )?log yet/)
    expect(text, path).not.toMatch(/"?state"?:\s*"pending"/)
  }
})

test('13.6: the verify page says among its checks that there is no public log', async () => {
  const { page, faults, close } = await site.visitor.open(`/r/${await site.publish(TEXT)}`)
  await page.locator('#second-opinion', { hasText: 'came to the same result' }).waitFor()
  expect(await page.locator('[data-axis=time]').first().textContent()).not.toContain('pending')
  expect(await page.locator('main').textContent()).toContain('This portal keeps no public log.')
  expect(faults).toEqual([])
  await close()
})
