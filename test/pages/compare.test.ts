import { Buffer } from 'node:buffer'
import { createHmac, randomBytes } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { english } from '#receipt/words-english.ts'
import { dropFile, headline, paste, verdictOf, type Visit } from '../support/browser.ts'
import { siteTest, TEXT } from '../support/site.ts'
import { secondsNow, signReceipt } from '../support/signing.ts'
import { post } from '../support/world.ts'

let visit: Visit
let id: string

const site = siteTest()
beforeAll(async () => {
  id = await site.publish(TEXT)
  visit = await site.visitor.open(`/r/${id}`)
})

const resultOf = async ({ page }: Visit, holding: string | RegExp): Promise<string> => {
  const result = page.locator('#compare-result .result', { hasText: holding })
  await result.waitFor()
  return result.innerText()
}

const postPrivate = async (text: string, claims: object = {}): Promise<string> => {
  const { service, portal } = site
  const jws = await signReceipt(service.signer, service.slug, text, claims)
  const answer = await post(portal, service.key.apiKey, jws)
  expect(answer.status, answer.text).toBe(201)
  return answer.body.receiptId
}

describe('a pasted text', () => {
  test('is exactly what was signed, also when it holds Windows line breaks', async () => {
    const windows = 'one\r\ntwo\r\n'
    const other = await site.visitor.open(`/r/${await postPrivate(windows)}`)
    await paste(other.page, '#compare-text', windows)
    await resultOf(other, 'byte for byte')
    await other.close()
    await paste(visit.page, '#compare-text', TEXT)
    await resultOf(visit, 'byte for byte')
    expect(await verdictOf(visit.page)).toBe('valid')
  })

  test('that differs is shown with both lengths and the first words that differ', async () => {
    await paste(visit.page, '#compare-text', TEXT.replace('five', 'half past six'))
    const words = await resultOf(visit, 'is not the text that was signed')
    expect(words).toMatch(/Signed: 63 bytes\. Yours: 72 bytes\./)
    const marks = await visit.page.locator('#compare-result mark').allInnerTexts()
    expect(marks).toEqual(['five,', 'half past six,'])
    expect(await headline(visit.page)).toBe('Different text')
    // Taking it away takes its verdict away.
    await visit.page.locator('#compare-text').fill('')
    await visit.page.locator('#compare-go').click()
    await resultOf(visit, 'nothing to compare')
    expect(await verdictOf(visit.page)).toBe('valid')
  })

  test('13.9: gives the page’s title the verdict of the headline, and takes it back', async () => {
    const { page, close } = await site.visitor.open(`/r/${id}`)
    expect(await page.title()).toBe('Valid · receipt · Counterfoil')
    for (const [text, title] of [
      ['another', 'Different text'],
      [TEXT, 'Valid'],
      ['another', 'Different text'],
      ['', 'Valid'],
    ] as const) {
      await page.locator('#compare-text').fill(text)
      await page.locator('#compare-go').click()
      await page.waitForFunction(
        (said) => document.title === said,
        `${title} · receipt · Counterfoil`,
      )
    }
    await close()
  })

  test('that differs from a private one is given advice instead', async () => {
    const other = await site.visitor.open(`/r/${await postPrivate('kept by nobody')}`)
    const answer = other.page.locator('.answers [data-axis=unchanged]')
    expect(await answer.getAttribute('data-status')).toBe('not-checked')
    expect(await answer.innerText()).toMatch(/The receipt is\.[^]*not compared yet: paste it below/)
    await paste(other.page, '#compare-text', 'kept by somebody')
    const words = await resultOf(other, 'is not the text that was signed')
    expect(words).toMatch(/Signed: 14 bytes\. Yours: 16 bytes\.[^]*copy button/)
    expect(await other.page.locator('#compare-result mark').count()).toBe(0)
    await other.close()
  })
})

describe('a dropped file', () => {
  const plain = 'Café\nau lait\n'
  /** Signed text, and what somebody has instead: each reaches the repair of its name and no other. */
  const repairs: [keyof typeof english.repairs, string, string][] = [
    ['line_feeds', plain, plain.replaceAll('\n', '\r\n')],
    ['carriage_returns', plain.replaceAll('\n', '\r\n'), plain],
    ['final_newline_removed', plain.slice(0, -1), plain],
    ['final_newline_added', plain, plain.slice(0, -1)],
    ['trailing_spaces_removed', plain, 'Café  \nau lait\t\n'],
    ['bom_removed', plain, `\ufeff${plain}`],
    ['bom_added', `\ufeff${plain}`, plain],
    ['nfc', plain, plain.normalize('NFD')],
    ['nfd', plain.normalize('NFD'), plain],
    ['line_feeds_final_newline_removed', 'a\nb', 'a\r\nb\r\n'],
    ['line_feeds_final_newline_added', 'a\nb\n', 'a\r\nb'],
    ['line_feeds_bom_removed', plain, `\ufeff${plain.replaceAll('\n', '\r\n')}`],
  ]

  test('matches after each named repair, and the page names it', async () => {
    expect(repairs.map(([name]) => name).sort()).toEqual(Object.keys(english.repairs).sort())
    const pages = new Map<string, Visit>()
    for (const [name, signed, given] of repairs) {
      const other =
        pages.get(signed) ?? (await site.visitor.open(`/r/${await postPrivate(signed)}`))
      pages.set(signed, other)
      await dropFile(other.page, '#compare', Buffer.from(given))
      await resultOf(other, `it matches ${english.repairs[name]}.`)
      expect(await verdictOf(other.page)).toBe('valid')
      expect(
        await other.page.locator('.answers [data-axis=unchanged]').getAttribute('data-status'),
      ).toBe('warn')
    }
    for (const other of pages.values()) {
      expect(other.faults).toEqual([])
      await other.close()
    }
  })

  test('is read as bytes: one bit more and it differs', async () => {
    await dropFile(visit.page, '#compare', Buffer.from(TEXT))
    await resultOf(visit, 'byte for byte')
    const bytes = Buffer.from(TEXT)
    bytes[10]! ^= 0x80
    await dropFile(visit.page, 'body', bytes)
    await resultOf(visit, 'is not the text that was signed')
  })

  test('may also be chosen, and an empty one is compared like any other', async () => {
    const buffer = Buffer.alloc(0)
    await visit.page
      .locator('#compare-file')
      .setInputFiles({ name: 'a.txt', mimeType: 'text/plain', buffer })
    expect(await resultOf(visit, 'is not the text')).toContain('Yours: 0 bytes.')
  })
})

describe('the text', () => {
  test('never leaves the browser, nor does any part of it', () => {
    expect(visit.faults).toEqual([])
    const { sent } = visit
    expect(sent.every((one) => one.startsWith('GET '))).toBe(true)
    for (const part of ['half', 'past', 'Saturdays', 'café'])
      expect(decodeURIComponent(sent.join('\n'))).not.toContain(part)
    const paths = new Set(sent.map((one) => new URL(one.split(' ')[1]!).pathname.split('/')[1]))
    expect([...paths].sort()).toEqual(['assets', 'favicon.svg', 'r', 'v1'])
  })
})

describe('a text that was signed with a secret', () => {
  const secret = randomBytes(32)
  const keyedId = async () => {
    const kc = createHmac('sha256', secret).update('counterfoil/content/v1').digest()
    const content = {
      alg: 'hmac-sha-256',
      digest: createHmac('sha256', kc).update('yes').digest('base64url'),
      type: 'text/plain',
      subject: 'text',
    }
    const { service, portal } = site
    const jws = await service.signer.sign({ v: 1, iss: service.slug, iat: secondsNow(), content })
    return (await post(portal, service.key.apiKey, jws)).body.receiptId
  }

  test('is compared by the secret in the link, which is never sent', async () => {
    const keyed = await keyedId()
    const k = secret.toString('base64url')
    const full = await site.visitor.open(`/r/${keyed}#k=${k}`)
    await paste(full.page, '#compare-text', 'yes')
    await resultOf(full, 'byte for byte')
    await paste(full.page, '#compare-text', 'no')
    await full.page.locator('.stub[data-verdict=differs]').waitFor()
    await full.page.locator('#copy-link').click()
    await full.page.locator('#copy-result', { hasText: 'Link copied' }).waitFor()
    // Whoever is given the link must be able to compare as well.
    expect(await full.page.evaluate(() => navigator.clipboard.readText())).toBe(
      `http://portal.test/r/${keyed}#k=${k}`,
    )
    expect(full.sent.map((one) => one.replace(/#.*$/, '')).join()).not.toContain(k)
    expect(site.portal.logged()).not.toContain(k)
    await full.close()

    const bare = await site.visitor.open(`/r/${keyed}`)
    await paste(bare.page, '#compare-text', 'yes')
    await resultOf(bare, 'only be compared with the secret')
    expect(await verdictOf(bare.page)).toBe('valid')
    await bare.close()

    const broken = await site.visitor.open(`/r/${keyed}#k=${k.slice(1)}`)
    await paste(broken.page, '#compare-text', 'yes')
    await resultOf(broken, 'is damaged')
    await broken.close()

    const other = await site.visitor.open(`/r/${keyed}#k=${randomBytes(32).toString('base64url')}`)
    await paste(other.page, '#compare-text', 'yes')
    await other.page.locator('.stub[data-verdict=differs]').waitFor()
    await other.close()
  })
})
