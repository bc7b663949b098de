import { expect, test } from 'vitest'
import { ask } from '../support/ask.ts'
import { siteTest, TEXT } from '../support/site.ts'

const site = siteTest()

/** An id as somebody types it who reads 0 as o, and 1 as l or i. */
const typedLike = (id: string, zero: string, one: string): string =>
  `rec_${id.slice(4).replaceAll('0', zero).replaceAll('1', one)}`

/** A receipt whose id has both digits that look like letters. */
async function publishAlike(): Promise<string> {
  for (let i = 0; ; i++) {
    const id = await site.publish(`${TEXT}${i}`)
    if (/0/.test(id) && /1/.test(id)) return id
  }
}

test('13.8: an id typed with o, i or l leads to the right page, and is 404 at the API', async () => {
  const id = await publishAlike()
  for (const [zero, one] of [
    ['o', '1'],
    ['0', 'l'],
    ['o', 'i'],
    ['O', 'I'],
  ] as const) {
    const typed = typedLike(id, zero, one)
    const page = await ask(site.portal, `/r/${typed}`)
    expect([page.status, page.headers.location]).toEqual([308, `/r/${id}`])
    const box = await ask(site.portal, `/?q=${typed}`)
    expect([box.status, box.headers.location]).toEqual([302, `/r/${id}`])
    expect((await ask(site.portal, `/v1/receipts/${typed}`)).status).toBe(404)
    expect((await ask(site.portal, `/v1/receipts/${typed}/bundle`)).status).toBe(404)
    expect((await ask(site.portal, `/r/${typed}.json`)).status).toBe(404)
  }
})
