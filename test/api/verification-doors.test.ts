import { describe, expect, test } from 'vitest'
import { readBundleBytes } from '#receipt/bundle.ts'
import type { Report } from '#receipt/report.ts'
import { bundleCases, signByIdentity } from '../support/crafted.ts'
import { given, portalTest } from '../support/portal-test.ts'
import { signReceipt } from '../support/signing.ts'
import { createService, postText } from '../support/world.ts'

const { portal } = portalTest()
const service = given(() => createService(portal))

const send = (raw: string, type = 'application/json') =>
  portal.call<Report & { code: string; detail: string; errors?: { pointer: string }[] }>(
    'POST',
    '/v1/verify',
    { headers: { 'content-type': type }, raw },
  )

describe('13.10: the API answers a bundle as every reader of its file does', () => {
  test.each(bundleCases())('%s', async (_, bytes, fault) => {
    const { status, body } = await send(`{"bundle":${bytes.toString()}}`)
    if (fault === null) {
      expect(status).toBe(200)
      // Nobody here knows the cases' signer.
      expect(body.verdict).toBe('unknown-issuer')
    } else {
      expect(status).toBe(400)
      if (fault !== '') expect(body.errors?.[0]?.pointer).toBe(`/bundle${fault}`)
    }
  })

  test('a body that only comes near to a bundle is read as before', async () => {
    const { status, body } = await send('{"receiptId":"a","content":{"text":"a\\u0000\\ufffe"}}')
    expect([status, body.verdict]).toEqual([200, 'not-found'])
  })
})

test('13.10: a signature whose R is the identity is invalid by every way in', async () => {
  const jws = signByIdentity(service.signer, await signReceipt(service.signer, service.slug, 'a'))
  const keys = [{ jwk: service.signer.jwk, state: 'active', publishedAt: '2026-01-01T00:00:00Z' }]
  const answers = [
    await send(jws, 'application/jose'),
    await send(JSON.stringify({ receipt: jws })),
    await send(JSON.stringify({ bundle: { v: 1, receipt: jws, keys } })),
  ]
  for (const { body } of answers) {
    expect(body.verdict).toBe('invalid')
    expect(body.checks.find(({ check }) => check === 'signature')?.code).toBe('signature_bad')
  }
})

test.each(['NUL \0', 'a non-character \ufffe', 'two \u{1ffff}', 'a mark \ufeff', 'plain'])(
  '13.10: the portal’s own bundle of a text with %j is one that the portal reads',
  async (text) => {
    const base64 = Buffer.from(text).toString('base64')
    const id = await postText(portal, service, text, { content: { base64 }, visibility: 'public' })
    const bundle = await portal.call('GET', `/v1/receipts/${id}/bundle`)
    const reading = readBundleBytes(Buffer.from(bundle.text))
    expect(reading.ok && Buffer.from(reading.bundle.content!).toString()).toBe(text)
    const { body } = await send(`{"bundle":${bundle.text}}`)
    expect(body.checks.find(({ check }) => check === 'content')?.code).toBe('content_exact')
  },
)
