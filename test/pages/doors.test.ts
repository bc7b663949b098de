import { Buffer } from 'node:buffer'
import { beforeAll, describe, expect, test } from 'vitest'
import { dropFile, headline, paste, verdictOf, type Visit } from '../support/browser.ts'
import { bundleCases, signByIdentity } from '../support/crafted.ts'
import { signReceipt } from '../support/signing.ts'
import { siteTest, TEXT } from '../support/site.ts'

let id: string
let own: string

const site = siteTest()
beforeAll(async () => {
  id = await site.publish(TEXT)
  own = (await site.portal.call('GET', `/v1/receipts/${id}/bundle`)).text
})

const onHome = async ({ page }: Visit) => {
  const result = page.locator('#anything-result > .result')
  await result.waitFor()
  return { verdict: await result.getAttribute('data-verdict'), says: await result.innerText() }
}

test('13.10: the box on the first page reads each bundle as the API does', async () => {
  const visit = await site.visitor.open('/')
  for (const [name, bytes, fault] of bundleCases()) {
    await visit.page.locator('#anything-result').evaluate((box) => {
      box.replaceChildren()
    })
    await dropFile(visit.page, '#anything', bytes)
    const { verdict, says } = await onHome(visit)
    if (fault === null) expect([name, verdict]).toEqual([name, 'unknown-issuer'])
    else {
      expect([name, verdict]).toEqual([name, null])
      expect(says).toMatch(fault === '' ? /not a bundle|no link, receipt or bundle/ : fault)
    }
  }
  await visit.close()
})

test('13.10: a signature whose R is the identity is invalid in the browser too', async () => {
  const { signer, slug } = site.service
  const jws = signByIdentity(signer, await signReceipt(signer, slug, 'never posted'))
  const keys = [{ jwk: signer.jwk, state: 'active', publishedAt: '2026-01-01T00:00:00Z' }]
  const bundle = JSON.stringify({ v: 1, receipt: jws, keys })
  for (const text of [jws, bundle]) {
    const visit = await site.visitor.open('/')
    await paste(visit.page, '#anything-text', text)
    expect(await onHome(visit)).toMatchObject({ verdict: 'invalid' })
    await visit.close()
  }
})

test('13.10: half a receipt has the verdict of the API on the first page', async () => {
  const visit = await site.visitor.open('/')
  const { receipt } = JSON.parse(own) as { receipt: string }
  await paste(visit.page, '#anything-text', receipt.slice(0, -1))
  expect(await onHome(visit)).toMatchObject({ verdict: 'invalid' })
  await visit.close()
})

describe('13.10: a bundle on the verify page', () => {
  const resultOf = async (bytes: string) => {
    const visit = await site.visitor.open(`/r/${id}`)
    await dropFile(visit.page, '#compare', Buffer.from(bytes))
    const result = visit.page.locator('#compare-result .result')
    await result.waitFor()
    const found = {
      says: await result.innerText(),
      verdict: await verdictOf(visit.page),
      headline: await headline(visit.page),
    }
    expect(visit.faults).toEqual([])
    await visit.close()
    return found
  }
  const changed = (change: object) => JSON.stringify({ ...(JSON.parse(own) as object), ...change })

  test('is compared by the text in it', async () => {
    const found = await resultOf(own)
    expect(found).toMatchObject({ verdict: 'valid', headline: 'Valid receipt' })
    expect(found.says).toContain('byte for byte')
  })

  test('with another text is another text', async () =>
    expect((await resultOf(changed({ content: { text: 'Zebra' } }))).verdict).toBe('differs'))

  test('that the API refuses gets no comparison', async () => {
    const twice = await resultOf(own.replace('{', '{"content":{"text":"Zebra"},'))
    expect(twice).toMatchObject({ verdict: 'valid' })
    expect(twice.says).toContain('not a bundle that can be read')
    expect((await resultOf(own.replace('"v":1', '"v":1.0'))).says).toContain('not a bundle')
    expect((await resultOf(changed({ x: 1 }))).says).toContain('/x')
  })

  test('of another receipt, or without a text, says so', async () => {
    const { signer, slug } = site.service
    const other = await signReceipt(signer, slug, TEXT)
    const says = async (change: object) => (await resultOf(changed(change))).says
    expect(await says({ receipt: `${other.slice(0, -3)}AAA` })).toContain('another receipt')
    expect(await says({ content: undefined })).toContain('holds no text')
  })
})
