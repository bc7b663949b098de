import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { beforeAll, beforeEach, afterEach, describe, expect, test } from 'vitest'
import { dropFile, headline, paste, verdictOf, type Visit } from '../support/browser.ts'
import { siteTest, TEXT } from '../support/site.ts'
import { makeSigner, signReceipt } from '../support/signing.ts'

let id: string
let jws: string
let visit: Visit

const site = siteTest()
beforeAll(async () => {
  id = await site.publish(TEXT)
  jws = await site.intruder.readReceipt(id)
})

beforeEach(async () => {
  visit = await site.visitor.open('/')
})

afterEach(async () => {
  // The browser's own line for a receipt that the portal rightly doesn't have.
  expect(visit.faults.filter((fault) => !fault.endsWith('404 (Not Found)'))).toEqual([])
  await visit.close()
})

const isAtReceipt = () => visit.page.waitForURL(`**/r/${id}*`)

const answer = async (holding: string | RegExp) => {
  const result = visit.page.locator('#anything-result .result', { hasText: holding })
  await result.waitFor()
  return { verdict: await result.getAttribute('data-verdict'), says: await result.innerText() }
}

describe('the box on the first page', () => {
  test('takes a link, an id and a receipt that is kept here, and opens its page', async () => {
    const broken = `${jws.slice(0, 90)}\n  ${jws.slice(90)}`
    for (const text of [`http://portal.test/r/${id}`, ` ${id.toUpperCase()} `, jws, broken]) {
      await paste(visit.page, '#anything-text', text)
      await isAtReceipt()
      expect(await verdictOf(visit.page)).toBe('valid')
      await visit.page.goto('/')
    }
  })

  test('finds the one link in a sentence or in markdown', async () => {
    for (const text of [`See http://portal.test/r/${id}.`, `[it](http://portal.test/r/${id})`]) {
      await paste(visit.page, '#anything-text', text)
      await isAtReceipt()
      await visit.page.goto('/')
    }
  })

  test('mends an address that was bent on its way, and no other', async () => {
    const typed = `rec_${id.slice(4).replaceAll('0', 'O').replaceAll('1', 'l')}`
    for (const bent of [id.toUpperCase(), `${id}.`, `${id}%3E`, typed]) {
      await visit.page.goto(`/r/${bent}`)
      expect(new URL(visit.page.url()).pathname).toBe(`/r/${id}`)
      expect(await verdictOf(visit.page)).toBe('valid')
    }
    await visit.page.goto(`/r/${id.slice(0, -1)}`)
    expect(await headline(visit.page)).toBe('This link is damaged')
  })

  test('keeps a link’s secret in the fragment', async () => {
    const k = randomBytes(32).toString('base64url')
    await paste(visit.page, '#anything-text', `https://other.test/r/${id}#k=${k}`)
    await answer('leads to other.test')
    const there = visit.page.getByRole('link', { name: 'Go to other.test' })
    expect(await there.getAttribute('href')).toBe(`https://other.test/r/${id}#k=${k}`)
    await visit.page.getByRole('link', { name: 'Look for it here' }).click()
    await isAtReceipt()
    expect(new URL(visit.page.url()).hash).toBe(`#k=${k}`)
    expect(visit.page.url()).toMatch(/^http:\/\/portal\.test\//)
  })

  test('compares a bundle’s text where it is, and sends none of it', async () => {
    const { text } = await site.portal.call('GET', `/v1/receipts/${id}/bundle`)
    await dropFile(visit.page, '#anything', Buffer.from(text))
    expect(await answer('Valid receipt')).toMatchObject({
      verdict: 'valid',
      says: expect.stringContaining('byte for byte') as string,
    })
    expect(new URL(visit.page.url()).pathname).toBe('/')
    await visit.page.getByRole('link', { name: 'Open the page of this receipt' }).click()
    await isAtReceipt()
  })

  test('never shows a bundle with an altered or invented text as good', async () => {
    const { text } = await site.portal.call('GET', `/v1/receipts/${id}/bundle`)
    const bundle = JSON.parse(text) as { content: { text: string } }
    for (const invented of [bundle.content.text.replace('nine', 'zebra'), 'Zebra: quite another']) {
      await visit.page.goto('/')
      const altered = JSON.stringify({ ...bundle, content: { text: invented } })
      await paste(visit.page, '#anything-text', altered)
      const { verdict, says } = await answer('the text in this bundle is not the text')
      expect(verdict).toBe('differs')
      expect(says).toContain('In yours')
    }
    expect(decodeURIComponent(visit.sent.join('\n'))).not.toMatch(/zebra|POST /i)
  })

  test('opens the page of a bundle that holds no text', async () => {
    const { text } = await site.portal.call('GET', `/v1/receipts/${id}/bundle`)
    const bare = JSON.stringify({ ...(JSON.parse(text) as object), content: undefined })
    await dropFile(visit.page, '#anything', Buffer.from(bare))
    await isAtReceipt()
  })

  test('judges a stranger’s receipt on the spot, and sends neither it nor its text', async () => {
    const stranger = await makeSigner()
    const foreign = await signReceipt(stranger, 'acme-bank', 'a secret answer')
    await paste(visit.page, '#anything-text', foreign)
    expect(await answer('Unknown signer')).toMatchObject({ verdict: 'unknown-issuer' })
    const bundle = {
      v: 1,
      receipt: foreign,
      content: { text: 'a secret answer' },
      keys: [{ jwk: stranger.jwk, state: 'active', publishedAt: '2026-01-01T00:00:00Z' }],
    }
    await dropFile(visit.page, '#anything', Buffer.from(JSON.stringify(bundle)))
    const { verdict, says } = await answer('came with the file')
    expect(verdict).toBe('unknown-issuer')
    expect(says).not.toContain('acme-bank')
    const sent = decodeURIComponent(visit.sent.join('\n'))
    for (const part of [foreign, foreign.split('.')[2]!, 'secret answer', 'POST '])
      expect(sent).not.toContain(part)
  })

  test('gives no verdict while the portal can’t say whether a receipt was withdrawn', async () => {
    const stopped = { status: 503, body: '{}' }
    await visit.page.route(`**/v1/receipts/${id}`, (route) => route.fulfill(stopped))
    await paste(visit.page, '#anything-text', jws)
    expect(await answer('could not be made')).toMatchObject({ verdict: null })
    visit.faults.length = 0
  })

  test('judges a known issuer’s receipt that was never posted', async () => {
    const unposted = await signReceipt(site.service.signer, site.service.slug, 'unposted')
    await paste(visit.page, '#anything-text', unposted)
    expect(await answer('Valid receipt')).toMatchObject({
      verdict: 'valid',
      says: expect.stringContaining('not stored here') as string,
    })
    const [header, claims, signature] = unposted.split('.') as [string, string, string]
    const turned = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1)
    await paste(visit.page, '#anything-text', `${header}.${claims}.${turned}`)
    expect(await answer('Not a valid receipt')).toMatchObject({ verdict: 'invalid' })
  })

  test('says what a text, nothing, half a receipt and a strange file are, and sends nothing', async () => {
    const before = visit.sent.length
    await paste(visit.page, '#anything-text', TEXT)
    await answer('no link, receipt or bundle in this')
    await visit.page.locator('#anything-text').fill('')
    await visit.page.locator('#anything-go').click()
    await answer('nothing in the box')
    await paste(visit.page, '#anything-text', `${jws.slice(0, -9)}.${jws.slice(-9)}`)
    await answer('no link, receipt or bundle in this')
    await paste(visit.page, '#anything-text', jws.slice(0, -1))
    await answer('a part of it may be missing or changed')
    await dropFile(visit.page, '#anything', Buffer.from('{"receipt":"x","v":1}'))
    expect((await answer('can’t be read: its member /keys')).says).not.toContain('missing member')
    await paste(visit.page, '#anything-text', id.slice(0, -2))
    await answer('has 30 characters after “rec_” and should have 32')
    await paste(visit.page, '#anything-text', `${id.slice(0, -1)}u`)
    await answer('no id has the character “u”')
    await dropFile(visit.page, '#anything', Buffer.from([0xff, 0xfe, 0]))
    await answer('no link, receipt or bundle in this')
    const since = visit.sent.slice(before).filter((one) => !one.includes('/favicon.svg'))
    expect(since).toEqual([])
  })
})

describe('without JavaScript', () => {
  test('a form takes a link or an id, and says so of anything else', async () => {
    const plain = await site.visitor.open('/', { javaScriptEnabled: false })
    expect(await plain.page.locator('#anything').isVisible()).toBe(false)
    const send = async (text: string) => {
      await plain.page.locator('#q').fill(text)
      await plain.page.getByRole('button', { name: 'Check' }).click()
      await plain.page.waitForLoadState()
    }
    await send('hello')
    expect(await plain.page.getByRole('alert').innerText()).toContain('neither a verify link')
    await send(jws)
    expect(await plain.page.getByRole('alert').innerText()).toContain('rather than a link')
    await send(`http://portal.test/r/${id}`)
    expect(await headline(plain.page)).toBe('Valid receipt')
    expect(plain.faults).toEqual([])
    await plain.close()
  })
})
