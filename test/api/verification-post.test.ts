import { Buffer } from 'node:buffer'
import { createHash, createHmac, randomBytes } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Report } from '#receipt/report.ts'
import { ask, readJson } from '../support/ask.ts'
import { given, portalTest } from '../support/portal-test.ts'
import { makeSigner, secondsNow, signReceipt, type Signer } from '../support/signing.ts'
import { createService, post, publishKey } from '../support/world.ts'

const TEXT = 'The café opens at nine.\nIt closes at five.\n'
let jws: string
let id: string

const { portal } = portalTest()
const service = given(() => createService(portal))
beforeAll(async () => {
  jws = await signReceipt(service.signer, service.slug, TEXT)
  const more = { content: { text: TEXT }, visibility: 'public' }
  id = (await post(portal, service.key.apiKey, jws, more)).body.receiptId
})

async function verify(body: object): Promise<Report> {
  const answer = await portal.call<Report>('POST', '/v1/verify', { body })
  expect(answer.status, answer.text).toBe(200)
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(answer.headers.get('access-control-allow-origin')).toBe('*')
  return answer.body
}

const codeOf = (report: Report, check: string): string | undefined =>
  report.checks.find((one) => one.check === check)?.code

const endKey = (signer: Signer, how: 'retire' | 'revoke', body: object = { reason: 'its time' }) =>
  portal.admin('POST', `/v1/admin/issuers/${service.slug}/signing-keys/${signer.kid}/${how}`, body)

describe('what is stored applies', () => {
  test('a receipt, its id, its bundle and its bare JWS give one and the same report', async () => {
    const { body: bundle } = await portal.call('GET', `/v1/receipts/${id}/bundle`)
    const bare = { ...bundle }
    delete bare.content
    const jose = await ask(portal, '/v1/verify', {
      method: 'POST',
      headers: { 'content-type': 'application/jose' },
      body: jws,
    })
    const stored = (await portal.call<Report>('GET', `/v1/receipts/${id}`)).body
    expect(stored.verdict).toBe('valid')
    expect(await verify({ receiptId: id })).toEqual(stored)
    expect(await verify({ receipt: jws })).toEqual(stored)
    expect(await verify({ bundle: bare })).toEqual(stored)
    expect(readJson(jose)).toEqual(stored)
  })

  test('its mode, its time received and its revocation are those of the portal', async () => {
    const mine = await createService(portal, { mode: 'test' })
    const receipt = await signReceipt(mine.signer, mine.slug, 'a test')
    const { receiptId } = (await post(portal, mine.key.apiKey, receipt)).body
    const before = await verify({ receipt })
    expect(before).toMatchObject({ verdict: 'valid', mode: 'test', receiptId })
    expect(before.receivedAt).not.toBeNull()
    await portal.admin('POST', `/v1/admin/receipts/${receiptId}/revoke`, { reason: 'wrong hours' })
    // By this process: at once.
    expect(await verify({ receipt })).toMatchObject({
      verdict: 'revoked',
      mode: 'test',
      receivedAt: before.receivedAt,
      revocation: { reason: 'wrong hours' },
    })
  })

  test('a bundle cannot make a stored receipt look better: its key states are not believed', async () => {
    const signer = await publishKey(portal, service.slug)
    const receipt = await signReceipt(signer, service.slug, 'withdrawn key')
    await post(portal, service.key.apiKey, receipt)
    await endKey(signer, 'revoke', { reason: 'stolen', compromisedSince: '2020-01-01T00:00:00Z' })
    const keys = [{ jwk: signer.jwk, state: 'active', publishedAt: '2020-01-01T00:00:00Z' }]
    const report = await verify({ bundle: { v: 1, receipt, keys } })
    expect(report.verdict).toBe('revoked')
    expect(report.signingKey?.state).toBe('revoked')
  })

  test('a key retired after the receipt arrived leaves it valid when signed', async () => {
    const signer = await publishKey(portal, service.slug)
    const receipt = await signReceipt(signer, service.slug, 'old key')
    await post(portal, service.key.apiKey, receipt)
    await endKey(signer, 'retire')
    expect((await verify({ receipt })).verdict).toBe('valid-key-retired')
  })

  test('an id unknown here is 200 not-found, however it is written', async () => {
    for (const receiptId of [`rec_${'0'.repeat(32)}`, 'nonsense', '', '\u202e'])
      expect(await verify({ receiptId })).toMatchObject({ verdict: 'not-found', receipt: null })
  })
})

describe('what is not stored', () => {
  test('an active key: valid, with the remark that it is not logged', async () => {
    const receipt = await signReceipt(service.signer, service.slug, 'never posted')
    const report = await verify({ receipt })
    expect(report).toMatchObject({ verdict: 'valid', mode: null, receivedAt: null, links: null })
    expect(report.checks.find((check) => check.check === 'received')).toMatchObject({
      axis: 'time',
      status: 'warn',
      code: 'not_logged',
    })
    // And verifying stores nothing.
    const { status } = await portal.call('GET', `/v1/receipts/${report.receiptId!}`)
    expect(status).toBe(404)
  })

  test('a retired key: cannot-check, because nothing shows when it was signed', async () => {
    const signer = await publishKey(portal, service.slug)
    const receipt = await signReceipt(signer, service.slug, 'late')
    await endKey(signer, 'retire')
    const report = await verify({ receipt })
    expect(report.verdict).toBe('cannot-check')
    expect(codeOf(report, 'received')).toBe('no_time_evidence')
  })

  test('a revoked key: revoked', async () => {
    const signer = await publishKey(portal, service.slug)
    const receipt = await signReceipt(signer, service.slug, 'lost')
    await endKey(signer, 'revoke')
    expect((await verify({ receipt })).verdict).toBe('revoked')
  })

  test('an unknown issuer: no name is shown, with or without the bundle’s key', async () => {
    const stranger = await makeSigner()
    const receipt = await signReceipt(stranger, 'acme-bank', 'trust me')
    const alone = await verify({ receipt })
    expect(alone).toMatchObject({ verdict: 'unknown-issuer', issuer: null, signingKey: null })
    expect(codeOf(alone, 'signature')).toBe('signature_not_checked')
    const keys = [{ jwk: stranger.jwk, state: 'active', publishedAt: '2026-01-01T00:00:00Z' }]
    const bundled = await verify({ bundle: { v: 1, receipt, keys } })
    expect(bundled).toMatchObject({ verdict: 'unknown-issuer', issuer: null, signingKey: null })
    expect(codeOf(bundled, 'signature')).toBe('signature_good_bundle_key')
    for (const { checks } of [alone, bundled])
      expect(JSON.stringify(checks)).not.toContain('acme-bank')
  })

  test('a key published by one issuer says nothing for another', async () => {
    const receipt = await signReceipt(service.signer, 'somebody-else', 'borrowed key')
    expect((await verify({ receipt })).verdict).toBe('unknown-issuer')
  })

  test('a bundle’s key that is not the one the receipt names is no key', async () => {
    const [stranger, other] = [await makeSigner(), await makeSigner()]
    const receipt = await signReceipt(stranger, 'acme-bank', 'trust me')
    const keys = [{ jwk: other.jwk, state: 'active', publishedAt: '2026-01-01T00:00:00Z' }]
    expect(codeOf(await verify({ bundle: { v: 1, receipt, keys } }), 'signature')).toBe(
      'signature_not_checked',
    )
  })

  test('a receipt changed by one character is invalid, not an error, and shows nothing', async () => {
    const [header, claims, signature] = jws.split('.') as [string, string, string]
    const turn = (part: string) => (part.startsWith('A') ? 'B' : 'A') + part.slice(1)
    const changed = [
      `${header}.${claims}.${turn(signature)}`,
      `${header}.${turn(claims)}.${signature}`,
      `${turn(header)}.${claims}.${signature}`,
      `${jws}=`,
      `${jws}\n`,
      ` ${jws}`,
      'not a receipt',
      '',
      '\u0000',
      '..',
    ]
    for (const receipt of changed)
      expect(await verify({ receipt })).toMatchObject({
        verdict: 'invalid',
        receipt: null,
        issuer: null,
        signingKey: null,
      })
  })

  test('a receipt dated more than ten minutes ahead is invalid', async () => {
    const receipt = await signReceipt(service.signer, service.slug, 'tomorrow', {
      iat: secondsNow() + 660,
    })
    const report = await verify({ receipt })
    expect(report.verdict).toBe('invalid')
    expect(codeOf(report, 'issued_at')).toBe('issued_in_future')
  })

  test('bytes that are no text are an invalid receipt, not an error', async () => {
    const answer = await ask(portal, '/v1/verify', {
      method: 'POST',
      headers: { 'content-type': 'application/jose; charset=utf-8' },
      body: '\u00ff\u0000“',
    })
    expect(answer.status).toBe(200)
    expect(readJson(answer).verdict).toBe('invalid')
  })
})

describe('contents', () => {
  const digestOf = (text: string) => createHash('sha256').update(text).digest('base64url')

  test('exact, as text, as base64 and by digest', async () => {
    const base64 = Buffer.from(TEXT).toString('base64')
    for (const given of [
      { content: { text: TEXT } },
      { content: { base64 } },
      { contentDigest: digestOf(TEXT) },
    ]) {
      const report = await verify({ receiptId: id, ...given })
      expect(report.verdict).toBe('valid')
      expect(codeOf(report, 'content')).toBe('content_exact')
    }
  })

  test.each([
    ['CRLF', TEXT.replaceAll('\n', '\r\n')],
    ['no newline at the end', TEXT.slice(0, -1)],
    ['a BOM', `\ufeff${TEXT}`],
    ['accents apart', TEXT.normalize('NFD')],
    ['one newline more', `${TEXT}\n`],
  ])('with %s it is the same text, and the repair is a remark', async (_, text) => {
    const report = await verify({ receiptId: id, content: { text } })
    expect(report.verdict).toBe('valid')
    expect(report.checks.find((check) => check.check === 'content')).toMatchObject({
      status: 'warn',
      code: 'content_repaired',
    })
  })

  test('another text differs, whatever the receipt’s other virtues', async () => {
    for (const given of [
      { content: { text: TEXT.replace('nine', 'ten') } },
      { content: { text: '' } },
      { contentDigest: digestOf('another') },
    ])
      expect((await verify({ receipt: jws, ...given })).verdict).toBe('differs')
  })

  test('the text in a bundle is compared too, and a given one before it', async () => {
    const { body: bundle } = await portal.call('GET', `/v1/receipts/${id}/bundle`)
    expect(codeOf(await verify({ bundle }), 'content')).toBe('content_exact')
    const forged = { ...bundle, content: { text: 'something else' } }
    expect((await verify({ bundle: forged })).verdict).toBe('differs')
    expect(codeOf(await verify({ bundle: forged, content: { text: TEXT } }), 'content')).toBe(
      'content_exact',
    )
  })

  test('a keyed digest is not checkable here, right text or wrong', async () => {
    const receipt = await service.signer.sign({
      v: 1,
      iss: service.slug,
      iat: secondsNow(),
      content: {
        alg: 'hmac-sha-256',
        digest: createHmac('sha256', randomBytes(32)).update('yes').digest('base64url'),
        type: 'text/plain',
        subject: 'text',
      },
    })
    for (const text of ['yes', 'no']) {
      const report = await verify({ receipt, content: { text } })
      expect(report.verdict).toBe('valid')
      expect(codeOf(report, 'content')).toBe('content_not_checkable')
    }
  })
})
