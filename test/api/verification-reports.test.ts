import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Report } from '#receipt/report.ts'
import { ask, readJson } from '../support/ask.ts'
import { given, portalTest } from '../support/portal-test.ts'
import { signReceipt } from '../support/signing.ts'
import { createService, post, postText } from '../support/world.ts'

const TEXT = 'Paris is the capital of France.\n'
let id: string
let jws: string

const { portal } = portalTest()
const service = given(() => createService(portal))
beforeAll(async () => {
  jws = await signReceipt(service.signer, service.slug, TEXT, { model: 'm-1', meta: { a: 'b' } })
  const more = { content: { text: TEXT }, visibility: 'public' }
  id = (await post(portal, service.key.apiKey, jws, more)).body.receiptId
})

const JSON_TYPE = 'application/json; charset=utf-8'

describe('GET /v1/receipts/<id>', () => {
  test('gives the whole report, every fact of it from the stored bytes', async () => {
    const { status, body } = await portal.call<Report>('GET', `/v1/receipts/${id}`)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      receiptId: id,
      verdict: 'valid',
      mode: 'live',
      receipt: { header: { kid: service.signer.kid }, claims: { iss: service.slug, model: 'm-1' } },
      issuer: { slug: service.slug, domainVerified: false },
      signingKey: { kid: service.signer.kid, state: 'active', revokedAt: null },
      log: { state: 'off' },
      revocation: null,
      contentAvailable: true,
      links: {
        self: `http://portal.test/v1/receipts/${id}`,
        page: `http://portal.test/r/${id}`,
        content: `http://portal.test/v1/receipts/${id}/content`,
        issuer: `http://portal.test/issuers/${service.slug}`,
      },
    })
    expect(Math.abs(Date.parse(body.receivedAt!) - Date.now())).toBeLessThan(60_000)
    expect(new Set(body.checks.map((check) => check.axis))).toEqual(
      new Set(['unchanged', 'issuer', 'status', 'time']),
    )
    const codes = Object.fromEntries(body.checks.map((check) => [check.check, check.code]))
    expect(codes).toMatchObject({
      signature: 'signature_good',
      stored_content: 'stored_content_matches',
      content: 'content_not_supplied',
      log: 'log_off',
    })
    // Not checked is never a pass.
    expect(
      body.checks.filter((check) => check.status === 'pass').map((one) => one.check),
    ).not.toEqual(expect.arrayContaining(['log']))
  })

  test('is the same document under /r by Accept and under /r/<id>.json', async () => {
    const report = await ask(portal, `/v1/receipts/${id}`)
    const accepted = await ask(portal, `/r/${id}`, { headers: { accept: 'application/json' } })
    const dotted = await ask(portal, `/r/${id}.json`, { headers: { accept: 'text/html' } })
    for (const answer of [report, accepted, dotted]) {
      expect(answer.status).toBe(200)
      expect(answer.headers['content-type']).toBe(JSON_TYPE)
      expect(answer.headers['access-control-allow-origin']).toBe('*')
      expect(answer.headers['x-robots-tag']).toBe('noindex')
      expect(answer.text).toBe(report.text)
    }
    expect(accepted.headers.vary).toMatch(/\bAccept\b/)
  })

  test.each([
    'application/json',
    'application/json;q=0.9, text/html;q=0.5',
    'text/html;q=0.1, application/json',
  ])('answers JSON under /r for Accept: %s', async (accept) => {
    const { headers } = await ask(portal, `/r/${id}`, { headers: { accept } })
    expect(headers['content-type']).toBe(JSON_TYPE)
  })
})

describe('what is unknown', () => {
  const unknown = `rec_${'0'.repeat(32)}`
  const malformed = [
    'rec_',
    'rec_short',
    `rec_${'u'.repeat(32)}`,
    `rec_${'0'.repeat(33)}`,
    'x',
    '%00',
    '..%2F..%2Fetc%2Fpasswd',
    '%F0%9F%A7%BE',
    `REC_${'0'.repeat(32)}`,
  ]

  test.each(['', '/receipt', '/bundle', '/proof', '/content'])(
    'an unknown and a malformed id get the same 404 under %s, told apart in words alone',
    async (rest) => {
      const shape = async (one: string) => {
        const { status, headers, body } = await portal.call('GET', `/v1/receipts/${one}${rest}`)
        const same = { ...body }
        delete same.requestId
        // A malformed id may be told that it is one: anybody can see that.
        delete same.detail
        delete same.receiptId
        delete same.detail
        return {
          status,
          type: headers.get('content-type'),
          cache: headers.get('cache-control'),
          same,
        }
      }
      const first = await shape(unknown)
      expect(first.status).toBe(404)
      expect(first.same.code).toBe('not_found')
      for (const one of malformed) expect(await shape(one)).toEqual(first)
    },
  )

  test('the 404 of a report says not-found, and the same under /r', async () => {
    for (const path of [`/v1/receipts/${unknown}`, `/r/${unknown}.json`]) {
      const answer = await ask(portal, path)
      expect(answer.status).toBe(404)
      expect(answer.headers['content-type']).toContain('application/problem+json')
      expect(readJson(answer)).toMatchObject({ code: 'not_found', verdict: 'not-found' })
    }
  })

  test('a path that cannot be decoded is a 404, not an error', async () => {
    for (const path of ['/v1/receipts/%E0%A4%A', '/v1/issuers/%', '/v1//receipts', '/v1'])
      expect((await ask(portal, path)).status).toBe(404)
    expect(portal.logged()).not.toContain('a request failed')
  })

  test('an unknown issuer is a 404, as are its keys', async () => {
    for (const slug of ['nobody', 'No-Body', '%00', 'a'.repeat(64)])
      for (const rest of ['', '/jwks.json'])
        expect((await portal.call('GET', `/v1/issuers/${slug}${rest}`)).status).toBe(404)
  })
})

describe('the parts of a receipt', () => {
  test('the JWS is what was posted, immutable for a year, with a strong ETag that answers 304', async () => {
    const first = await ask(portal, `/v1/receipts/${id}/receipt`)
    expect(first.text).toBe(jws)
    expect(first.headers).toMatchObject({
      'content-type': 'application/jose',
      'cache-control': 'public, max-age=31536000, immutable',
      etag: expect.stringMatching(/^"[\w-]+"$/) as string,
    })
    const again = await ask(portal, `/v1/receipts/${id}/receipt`, {
      headers: { 'if-none-match': `"another", ${first.headers.etag!}` },
    })
    expect(again.status).toBe(304)
    expect(again.bytes).toHaveLength(0)
    expect(again.headers.etag).toBe(first.headers.etag)
    expect(again.headers['cache-control']).toBe(first.headers['cache-control'])
    const other = await ask(portal, `/v1/receipts/${id}/receipt`, {
      headers: { 'if-none-match': '"another"' },
    })
    expect(other.status).toBe(200)
  })

  test.each(['', '/bundle', '/content'])(
    'what can change is kept for 30 seconds at most, and answers 304: %s',
    async (rest) => {
      const path = `/v1/receipts/${id}${rest}`
      const { headers } = await ask(portal, path)
      const age = Number(/max-age=(\d+)/.exec(headers['cache-control']!)![1])
      expect(age).toBeGreaterThan(0)
      expect(age).toBeLessThanOrEqual(30)
      const again = await ask(portal, path, { headers: { 'if-none-match': headers.etag! } })
      expect(again.status).toBe(304)
      expect(again.headers['access-control-allow-origin']).toBe('*')
    },
  )

  test('the content is what was signed, as a download that no browser runs', async () => {
    const answer = await ask(portal, `/v1/receipts/${id}/content`)
    expect(answer.text).toBe(TEXT)
    expect(answer.headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'content-disposition': `attachment; filename="${id}.txt"`,
      'x-content-type-options': 'nosniff',
    })
    expect(answer.headers['content-security-policy']).toMatch(/default-src 'none'.*\bsandbox\b/)
  })

  test('a content that is no text is bytes, whatever its signed type says', async () => {
    const bytes = Buffer.from([0xff, 0xfe, 0x00, 0x3c])
    const receipt = await service.signer.sign({
      v: 1,
      iss: service.slug,
      iat: Math.floor(Date.now() / 1000),
      content: {
        alg: 'sha-256',
        digest: createHash('sha256').update(bytes).digest('base64url'),
        length: bytes.length,
        type: 'text/html',
        subject: 'file',
      },
    })
    const more = { content: { base64: bytes.toString('base64') }, visibility: 'public' }
    const { receiptId } = (await post(portal, service.key.apiKey, receipt, more)).body
    const answer = await ask(portal, `/v1/receipts/${receiptId}/content`)
    expect(answer.bytes).toEqual(bytes)
    expect(answer.headers['content-type']).toBe('application/octet-stream')
  })

  test('private and findable contents are nobody’s to read', async () => {
    for (const visibility of ['private', 'findable']) {
      const text = `kept from others: ${visibility}`
      const kept = await postText(portal, service, text, { content: { text }, visibility })
      expect((await portal.call('GET', `/v1/receipts/${kept}/content`)).status).toBe(404)
      const { body } = await portal.call('GET', `/v1/receipts/${kept}/bundle`)
      expect(body).not.toHaveProperty('content')
      const report = await portal.call<Report>('GET', `/v1/receipts/${kept}`)
      expect(report.body).toMatchObject({ contentAvailable: false, links: { content: null } })
    }
  })

  test('an erased content is 410 at once, and the receipt still stands', async () => {
    const text = 'to be erased'
    const more = { content: { text }, visibility: 'public' }
    const erased = await postText(portal, service, text, more)
    expect((await portal.call('GET', `/v1/receipts/${erased}/content`)).status).toBe(200)
    expect((await portal.admin('DELETE', `/v1/admin/receipts/${erased}/content`)).status).toBe(204)
    const gone = await portal.call('GET', `/v1/receipts/${erased}/content`)
    expect(gone).toMatchObject({ status: 410, body: { code: 'content_erased' } })
    const { body } = await portal.call<Report>('GET', `/v1/receipts/${erased}`)
    expect(body).toMatchObject({ verdict: 'valid', contentAvailable: false })
    expect(body.checks.find((check) => check.check === 'stored_content')?.code).toBe(
      'content_erased',
    )
    expect((await portal.call('GET', `/v1/receipts/${erased}/bundle`)).text).not.toContain(text)
  })

  test('13.6: a proof is 404, because there is no public log', async () => {
    const answer = await portal.call<{ code: string; detail: string }>(
      'GET',
      `/v1/receipts/${id}/proof`,
    )
    expect([answer.status, answer.body.code]).toEqual([404, 'not_found'])
    expect(answer.body.detail).toContain('keeps no public log')
  })
})
