import { expect, test } from 'vitest'
import { ask } from '../support/ask.ts'
import { siteTest, TEXT } from '../support/site.ts'

const site = siteTest()

const TRICKS = [
  '?_data=routes/receipt',
  '?_data=root',
  '?index',
  '?_routes=routes/receipt',
  '?q=x',
  '?',
]

test('whoever asks first, and however, everybody gets the same page', async () => {
  const pages = new Map<string, Set<string>>()
  for (const trick of TRICKS) {
    const id = await site.publish(`${TEXT}${trick}`)
    const first = await ask(site.portal, `/r/${id}${trick}`)
    const second = await ask(site.portal, `/r/${id}`)
    expect(first.status).toBe(200)
    for (const { headers, text } of [first, second]) {
      expect(headers['content-type']).toBe('text/html; charset=utf-8')
      expect(text).toMatch(/^<!doctype html>/)
    }
    pages.set(trick, new Set([first.text, second.text]))
  }
  for (const [trick, texts] of pages) expect([trick, texts.size]).toEqual([trick, 1])
})

test('an address that no browser would send is nowhere or the first page, never an error', async () => {
  for (const path of ['//', '///', '//[', '//evil.example', '//:80', '/%', '/r/%', '/r/%00'])
    expect([200, 308, 400, 404]).toContain((await ask(site.portal, path)).status)
})

test('no question turns a page into the data it is drawn from', async () => {
  const id = await site.publish(TEXT)
  await site.link.cut()
  try {
    for (const path of [
      `/r/${id}?_data=routes/receipt`,
      '/?_data=routes/home',
      '/docs?_data=root',
    ]) {
      const { headers } = await ask(site.portal, path)
      expect(headers['content-type']).toBe('text/html; charset=utf-8')
    }
  } finally {
    await site.link.mend()
  }
})
