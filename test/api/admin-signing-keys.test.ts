import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { portalTest } from '../support/portal-test.ts'
import { makeSigner, secondsNow, signProof, signReceipt } from '../support/signing.ts'
import { createIssuer, createService, post, postText, publishKey } from '../support/world.ts'

let slug: string
const { portal } = portalTest()
beforeAll(async () => {
  slug = await createIssuer(portal)
})

const keysOf = (issuer: string) => `/v1/admin/issuers/${issuer}/signing-keys`
const publish = (issuer: string, body: object) => portal.admin('POST', keysOf(issuer), body)

describe('publication', () => {
  test('a key with a proof by its private half is published', async () => {
    const signer = await makeSigner()
    const answer = await publish(slug, { jwk: signer.jwk, proof: await signProof(signer, slug) })
    expect(answer.status).toBe(201)
    expect(answer.body).toMatchObject({ kid: signer.kid, state: 'active', jwk: signer.jwk })
    const jwks = await portal.call<{ keys: { kid: string }[] }>('GET', '/.well-known/jwks.json')
    expect(jwks.body.keys.map((key) => key.kid)).toContain(signer.kid)
  })

  test('other members of a JWK are not read', async () => {
    const signer = await makeSigner()
    const jwk = { ...signer.jwk, kid: 'somebody-else', alg: 'none', use: 'enc' }
    const answer = await publish(slug, { jwk, proof: await signProof(signer, slug) })
    expect([answer.status, answer.body.kid]).toEqual([201, signer.kid])
  })

  test('invalid_proof: a proof for another issuer, another portal, another key or another time', async () => {
    const signer = await makeSigner()
    const other = await makeSigner()
    const now = secondsNow()
    const good = await signProof(signer, slug)
    const [head, claims, signature] = good.split('.') as [string, string, string]
    const proofs = {
      'for another issuer': await signProof(signer, 'somebody-else'),
      'for another portal': await signProof(signer, slug, { aud: 'https://other.example' }),
      'with a slash too many': await signProof(signer, slug, { aud: 'http://portal.test/' }),
      'ten minutes and a second old': await signProof(signer, slug, { iat: now - 601 }),
      'two minutes ahead': await signProof(signer, slug, { iat: now + 120 }),
      'by another key': await signProof(other, slug),
      'by another key under this kid': await signProof(other, slug, {
        header: { kid: signer.kid },
      }),
      'under another kid': await signProof(signer, slug, { header: { kid: other.kid } }),
      'that is a receipt': await signReceipt(signer, slug, 'text'),
      'of another type': await signProof(signer, slug, { header: { typ: 'JWT' } }),
      'with a key inside': await signProof(signer, slug, { header: { jwk: signer.jwk } }),
      'with its signature cut': `${head}.${claims}.${signature.slice(0, -2)}`,
      'with its signature changed': `${head}.${claims}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`,
      'without a signature': `${head}.${claims}.`,
      'that is nothing': '',
    }
    for (const [what, proof] of Object.entries(proofs)) {
      const answer = await publish(slug, { jwk: signer.jwk, proof })
      expect([answer.status, answer.body.code], what).toEqual([422, 'invalid_proof'])
    }
    const answer = await publish(slug, { jwk: signer.jwk, proof: good })
    expect(answer.status, 'and the right one is still good').toBe(201)
  })

  test('invalid_proof: a good proof found in an old log is of no use', async () => {
    const signer = await makeSigner()
    const proof = await signProof(signer, slug)
    portal.advance(11 * 60_000)
    const answer = await publish(slug, { jwk: signer.jwk, proof })
    portal.advance(-11 * 60_000)
    expect([answer.status, answer.body.code]).toEqual([422, 'invalid_proof'])
  })

  test('weak_key: a key whose proofs anybody can make is refused before its proof is read', async () => {
    const identity = Buffer.alloc(32)
    identity[0] = 1
    const weak = {
      'the identity': identity,
      'a point of order 8': Buffer.from(
        '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
        'hex',
      ),
      'a point of order 4': Buffer.alloc(32),
      'no point': Buffer.from(`02${'00'.repeat(31)}`, 'hex'),
      'a key too short': Buffer.alloc(31, 9),
    }
    for (const [what, bytes] of Object.entries(weak)) {
      const jwk = { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') }
      const answer = await publish(slug, { jwk, proof: forgeProof(bytes, slug) })
      expect([answer.status, answer.body.code], what).toEqual([422, 'weak_key'])
      expect(answer.body.errors, what).toMatchObject([
        { pointer: expect.stringMatching(/^\/jwk/) as string },
      ])
    }
    for (const jwk of ['text', null, 7, [], {}, { kty: 'RSA', n: 'x', e: 'AQAB' }]) {
      const answer = await publish(slug, { jwk, proof: 'x' })
      expect([answer.status, answer.body.code]).toEqual([422, 'weak_key'])
    }
  })

  test('private_key_sent: a private key is refused, and is in no log, no audit entry and no answer', async () => {
    const signer = await makeSigner()
    const proof = await signProof(signer, slug)
    const answer = await publish(slug, { jwk: signer.privateJwk, proof })
    expect([answer.status, answer.body.code]).toEqual([422, 'private_key_sent'])
    const { d } = signer.privateJwk
    expect(d).toMatch(/^[\w-]{43}$/)
    expect(answer.text).not.toContain(d)
    expect(portal.logged()).not.toContain(d)
    expect((await portal.admin('GET', '/v1/admin/audit?limit=200')).text).not.toContain(d)
    expect((await portal.call('GET', `/v1/issuers/${slug}`)).text).not.toContain(signer.kid)
  })

  test('key_taken: a key speaks for one issuer only, whoever asks', async () => {
    const signer = await publishKey(portal, slug)
    const other = await createIssuer(portal)
    for (const issuer of [slug, other]) {
      const proof = await signProof(signer, issuer)
      const answer = await publish(issuer, { jwk: signer.jwk, proof })
      expect([answer.status, answer.body.code], issuer).toEqual([409, 'key_taken'])
    }
  })

  test('key_taken: of twenty publications at once, for two issuers, exactly one is 201', async () => {
    const signer = await makeSigner()
    const two = [await createIssuer(portal), await createIssuer(portal)]
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const issuer = two[i % 2]!
        return publish(issuer, { jwk: signer.jwk, proof: await signProof(signer, issuer) })
      }),
    )
    expect(answers.filter((one) => one.status === 201)).toHaveLength(1)
    expect(answers.filter((one) => one.body.code === 'key_taken')).toHaveLength(19)
  })

  test('not_found: a key can’t be published for nobody', async () => {
    const signer = await makeSigner()
    const proof = await signProof(signer, 'nobody')
    expect((await publish('nobody', { jwk: signer.jwk, proof })).body.code).toBe('not_found')
  })

  test('invalid_request: without a key or without a proof nothing is looked at', async () => {
    expect((await publish(slug, { proof: 'x' })).body).toMatchObject({
      code: 'invalid_request',
      errors: [{ pointer: '/jwk' }],
    })
    expect((await publish(slug, { jwk: {} })).body).toMatchObject({
      code: 'invalid_request',
      errors: [{ pointer: '/proof' }],
    })
  })
})

describe('retirement and revocation', () => {
  const report = (id: string) => portal.call<{ verdict: string }>('GET', `/v1/receipts/${id}`)
  const revoke = (issuer: string, kid: string, body: object) =>
    portal.admin('POST', `${keysOf(issuer)}/${kid}/revoke`, body)

  test('a retired key signs nothing new, at once, and what it signed stays valid', async () => {
    const service = await createService(portal)
    const id = await postText(portal, service, 'before')
    expect((await report(id)).body.verdict).toBe('valid')
    const path = `${keysOf(service.slug)}/${service.signer.kid}/retire`
    const retired = await portal.admin('POST', path, { reason: 'Yearly change' })
    expect(retired.body).toMatchObject({ state: 'retired', reason: 'Yearly change' })
    expect((await report(id)).body.verdict).toBe('valid-key-retired')
    const late = await signReceipt(service.signer, service.slug, 'after')
    expect((await post(portal, service.key.apiKey, late)).body.code).toBe('signing_key_retired')
    // Again, and without a body: nothing changes, and the time stays the first.
    const again = await portal.admin('POST', path)
    expect([again.status, again.body]).toEqual([200, retired.body])
  })

  test('a key revoked from now on: receipts from before stay, as by a retired key', async () => {
    const service = await createService(portal)
    const id = await postText(portal, service, 'before')
    const revoked = await revoke(service.slug, service.signer.kid, { reason: 'Lost' })
    expect(revoked.body).toMatchObject({ state: 'revoked', reason: 'Lost', compromisedSince: null })
    expect((await report(id)).body.verdict).toBe('valid-key-retired')
    const late = await signReceipt(service.signer, service.slug, 'after')
    expect((await post(portal, service.key.apiKey, late)).body.code).toBe('signing_key_revoked')
    const jwks = await portal.call<{ keys: { kid: string }[] }>('GET', '/.well-known/jwks.json')
    expect(jwks.body.keys.map((key) => key.kid)).not.toContain(service.signer.kid)
  })

  test('a key compromised since a moment: the receipt before it stays, the one at or after it falls', async () => {
    const service = await createService(portal)
    const early = await postText(portal, service, 'early')
    await new Promise((resume) => setTimeout(resume, 20))
    const late = await postText(portal, service, 'late')
    const { receivedAt } = (await report(late)).body as unknown as { receivedAt: string }
    const revoked = await revoke(service.slug, service.signer.kid, {
      reason: 'The private key leaked',
      compromisedSince: receivedAt,
    })
    expect(revoked.body).toMatchObject({ compromisedSince: receivedAt })
    expect((await report(early)).body.verdict).toBe('valid-key-retired')
    expect((await report(late)).body.verdict).toBe('revoked')
  })

  test('already_revoked: a revoked key is neither revoked again nor retired', async () => {
    const signer = await publishKey(portal, slug)
    const first = await revoke(slug, signer.kid, { reason: 'first' })
    const again = await revoke(slug, signer.kid, {
      reason: 'second',
      compromisedSince: '2020-01-01T00:00:00Z',
    })
    expect([again.status, again.body.code]).toEqual([409, 'already_revoked'])
    const retired = await portal.admin('POST', `${keysOf(slug)}/${signer.kid}/retire`, {})
    expect([retired.status, retired.body.code]).toEqual([409, 'already_revoked'])
    const issuer = await portal.admin<{ keys: { kid: string }[] }>(
      'GET',
      `/v1/admin/issuers/${slug}`,
    )
    expect(issuer.body.keys.find((key) => key.kid === signer.kid)).toEqual(first.body)
  })

  test('a retired key can still be revoked', async () => {
    const signer = await publishKey(portal, slug)
    await portal.admin('POST', `${keysOf(slug)}/${signer.kid}/retire`, {})
    const answer = await revoke(slug, signer.kid, { reason: 'Found on a lost laptop' })
    expect(answer.body).toMatchObject({ state: 'revoked', retiredAt: expect.any(String) as string })
  })

  test('invalid_request: no reason, one too long, a moment that hasn’t come, or one before all computers', async () => {
    const signer = await publishKey(portal, slug)
    const soon = new Date(Date.now() + 60_000).toISOString()
    for (const [body, pointer] of [
      [{}, '/reason'],
      [{ reason: '' }, '/reason'],
      [{ reason: 'r'.repeat(501) }, '/reason'],
      [{ reason: 'a\u202eb' }, '/reason'],
      [{ reason: 'r', compromisedSince: soon }, '/compromisedSince'],
      [{ reason: 'r', compromisedSince: 'yesterday' }, '/compromisedSince'],
      [{ reason: 'r', compromisedSince: '0001-01-01T00:00:00Z' }, '/compromisedSince'],
      [{ reason: 'r', compromisedSince: '0000-01-01T00:00:00Z' }, '/compromisedSince'],
    ] as const) {
      const answer = await revoke(slug, signer.kid, body)
      expect(answer.body, pointer).toMatchObject({ code: 'invalid_request', errors: [{ pointer }] })
    }
  })

  test('not_found: a key of another issuer is not there', async () => {
    const signer = await publishKey(portal, slug)
    const other = await createIssuer(portal)
    for (const [issuer, kid] of [
      [other, signer.kid],
      [slug, 'A'.repeat(43)],
      [slug, '%00'],
    ] as const) {
      expect((await revoke(issuer, kid, { reason: 'r' })).status).toBe(404)
      expect((await portal.admin('POST', `${keysOf(issuer)}/${kid}/retire`, {})).status).toBe(404)
    }
  })
})

/** What holds for the identity as a key in every verifier that admits it: R = B, S = 1. */
function forgeProof(publicKey: Buffer, iss: string): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signature = Buffer.alloc(64, 0x66)
  signature[0] = 0x58
  signature.fill(0, 32)
  signature[32] = 1
  const header = { alg: 'Ed25519', kid: thumbprintOf(publicKey), typ: 'key-proof+jwt' }
  const claims = { iss, aud: 'http://portal.test', iat: secondsNow() }
  return `${encode(header)}.${encode(claims)}.${signature.toString('base64url')}`
}

const thumbprintOf = (publicKey: Buffer): string =>
  createHash('sha256')
    .update(`{"crv":"Ed25519","kty":"OKP","x":"${publicKey.toString('base64url')}"}`)
    .digest('base64url')
