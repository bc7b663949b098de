import { randomBytes } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { readBundle } from '#receipt/bundle.ts'
import { verifySignature } from '#receipt/ed25519.ts'
import { judge } from '#receipt/judge.ts'
import { admitKey } from '#receipt/key.ts'
import { readReceipt } from '#receipt/receipt.ts'
import { given, portalTest } from '../support/portal-test.ts'
import { createService, postText, publishKey } from '../support/world.ts'

let id: string

const { portal } = portalTest()
const service = given(() => createService(portal))
beforeAll(async () => {
  const text = 'The café opens at nine.'
  id = await postText(portal, service, text, { content: { text }, visibility: 'public' })
})

describe('a bundle', () => {
  test('verifies offline with nothing but the core', async () => {
    const { headers, text } = await portal.call('GET', `/v1/receipts/${id}/bundle`)
    expect(headers.get('content-disposition')).toBe(`attachment; filename="${id}.bundle.json"`)
    const reading = readBundle(JSON.parse(text))
    if (!reading.ok) throw new Error(reading.message)
    const { bundle } = reading
    expect(bundle.secret).toBeNull()
    const receipt = readReceipt(bundle.receipt)
    if (!receipt.ok) throw new Error(receipt.message)
    const key = bundle.keys.find((one) => one.kid === receipt.receipt.header.kid)!
    expect(admitKey(key.publicKey).ok).toBe(true)
    const { signingInput, signature } = receipt.receipt
    const judgement = judge({
      now: Date.now(),
      reading: receipt,
      idExpected: id,
      key: { from: 'bundle' },
      signature: verifySignature(key.publicKey, signingInput, signature) ? 'good' : 'bad',
      issuerName: null,
      domainVerified: false,
      receivedAt: null,
      revocation: null,
      storedContent: { state: 'none' },
      log: null,
      given: { content: bundle.content! },
    })
    // Offline nobody knows the issuer; everything else holds.
    expect(judgement.verdict).toBe('unknown-issuer')
    expect(judgement.outcomes).toMatchObject({
      signature: 'signature_good_bundle_key',
      id: 'id_matches',
      content: 'content_exact',
    })
  })

  test('carries the history of its key', async () => {
    const signer = await publishKey(portal, service.slug)
    const bundled = await postText(portal, { ...service, signer }, 'with history')
    const path = `/v1/admin/issuers/${service.slug}/signing-keys/${signer.kid}/revoke`
    const compromisedSince = '2026-01-02T03:04:05Z'
    await portal.admin('POST', path, { reason: 'lost', compromisedSince })
    const { body } = await portal.call('GET', `/v1/receipts/${bundled}/bundle`)
    expect(body.keys).toEqual([
      {
        jwk: signer.jwk,
        state: 'revoked',
        publishedAt: expect.any(String) as string,
        revokedAt: expect.any(String) as string,
        compromisedSince: '2026-01-02T03:04:05.000Z',
      },
    ])
  })
})

describe('what is refused', () => {
  test('a secret: that check belongs in the browser', async () => {
    const { body: bundle } = await portal.call('GET', `/v1/receipts/${id}/bundle`)
    const secret = randomBytes(32).toString('base64url')
    const answer = await portal.call('POST', '/v1/verify', {
      body: { bundle: { ...bundle, secret } },
    })
    expect(answer.status).toBe(400)
    expect(answer.body).toMatchObject({
      code: 'invalid_request',
      errors: [{ pointer: '/bundle/secret' }],
    })
    expect(answer.text + portal.logged()).not.toContain(secret)
  })

  test.each([
    ['nothing', {}, ''],
    ['two of three', { receipt: 'a', receiptId: 'b' }, ''],
    ['an unknown member', { receiptId: 'a', extra: 1 }, '/extra'],
    ['a number', { receiptId: 7 }, '/receiptId'],
    ['null', { receipt: null }, '/receipt'],
    ['content twice', { receiptId: 'a', content: { text: '' }, contentDigest: 'A'.repeat(43) }, ''],
    ['content without form', { receiptId: 'a', content: {} }, '/content'],
    ['broken base64', { receiptId: 'a', content: { base64: 'A' } }, '/content/base64'],
    ['half a character', { receiptId: 'a', content: { text: '\ud800' } }, '/content/text'],
    ['a digest too short', { receiptId: 'a', contentDigest: 'A' }, '/contentDigest'],
    ['unused bits', { receiptId: 'a', contentDigest: `${'A'.repeat(42)}B` }, '/contentDigest'],
    ['no bundle', { bundle: [] }, '/bundle'],
    ['a bundle of the future', { bundle: { v: 2, receipt: 'a', keys: [] } }, '/bundle/v'],
    ['an unknown bundle member', { bundle: { v: 1, receipt: 'a', keys: [], x: 1 } }, '/bundle/x'],
  ])('%s, by its place', async (_, body, pointer) => {
    const answer = await portal.call<{ code: string; errors: { pointer: string }[] }>(
      'POST',
      '/v1/verify',
      { body },
    )
    expect(answer.status).toBe(400)
    expect(answer.body.code).toBe('invalid_request')
    expect(answer.body.errors[0]?.pointer).toBe(pointer)
  })

  test('broken JSON, another type, and too much', async () => {
    const send = async (type: string, raw: string) => {
      const headers = { 'content-type': type }
      const { status, body } = await portal.call('POST', '/v1/verify', { headers, raw })
      return [status, body.code]
    }
    expect(await send('application/json', '{')).toEqual([400, 'malformed_json'])
    expect(await send('text/plain', '{}')).toEqual([415, 'unsupported_media_type'])
    const large = 'a'.repeat(1_048_577)
    expect(await send('application/json', large)).toEqual([413, 'payload_too_large'])
    expect(await send('application/jose', large)).toEqual([413, 'payload_too_large'])
  })
})
