import { expect, test } from 'vitest'
import { decodeBase64url, encodeBase64url, encodeUtf8 } from './bytes.ts'
import { readBundle } from './bundle.ts'
import { jwkOf, readJwk, thumbprint } from './key.ts'
import { readKeyProof } from './key-proof.ts'

// RFC 8037, appendix A: a key and its thumbprint, as its authors give them.
const X = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo'
const KID = 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k'
const publicKey = decodeBase64url(X)!

test('the thumbprint is that of RFC 8037', () => {
  expect(thumbprint(publicKey)).toBe(KID)
  expect(readJwk(jwkOf(publicKey))).toEqual({ ok: true, publicKey })
})

test('a private key is named as such, before anything else is looked at', () => {
  for (const jwk of [{ ...jwkOf(publicKey), d: X }, { d: '' }, { kty: 'EC', d: null }])
    expect(readJwk(jwk)).toMatchObject({ ok: false, code: 'private_key_sent' })
})

test('the reader ignores members that other tools add to a JWK, and no others', () => {
  expect(readJwk({ ...jwkOf(publicKey), kid: 'x', use: 'sig', alg: 'EdDSA' }).ok).toBe(true)
  const jwk = jwkOf(publicKey)
  const wrong = [null, [], 'x', 1, {}, { ...jwk, kty: 'EC' }, { ...jwk, crv: 'X25519' }]
  for (const value of [
    ...wrong,
    { ...jwk, x: X + '=' },
    { ...jwk, x: X.slice(1) },
    { ...jwk, x: 1 },
  ])
    expect(readJwk(value)).toMatchObject({ ok: false, code: 'weak_key' })
})

const part = (value: unknown): string => encodeBase64url(encodeUtf8(JSON.stringify(value)))
const proof = (header: object, claims: object): string =>
  `${part(header)}.${part(claims)}.${encodeBase64url(new Uint8Array(64).fill(1))}`
const header = { alg: 'EdDSA', kid: KID, typ: 'key-proof+jwt' }
const claims = { iss: 'acme', aud: 'https://example.com', iat: 1 }

test('a proof of possession is read as strictly as a receipt, and is never one', () => {
  expect(readKeyProof(proof(header, claims))).toMatchObject({ ok: true, proof: { header, claims } })
  const wrong = [
    proof({ ...header, typ: 'ai-receipt+jwt' }, claims),
    proof({ ...header, jwk: {} }, claims),
    proof(header, { ...claims, sub: 'x' }),
    proof(header, { ...claims, iss: 'Acme' }),
    proof(header, { ...claims, iat: '1' }),
    proof(header, { iss: 'acme', iat: 1 }),
    `${proof(header, claims)}=`,
    'x',
    '',
  ]
  for (const jws of wrong) expect(readKeyProof(jws).ok).toBe(false)
})

const bundle = {
  v: 1,
  receipt: 'a.b.c',
  content: { text: 'é' },
  keys: [{ jwk: jwkOf(publicKey), state: 'active', publishedAt: '2026-11-03T14:02:00.123Z' }],
  proof: 'c2sp.org/tlog-proof@v1\n',
  secret: KID,
}

test('a bundle is read as the portal writes it', () => {
  const found = readBundle(bundle)
  expect(found).toMatchObject({
    ok: true,
    bundle: {
      receipt: 'a.b.c',
      content: encodeUtf8('é'),
      keys: [{ kid: KID, publicKey, state: 'active', retiredAt: null }],
      secret: decodeBase64url(KID),
    },
  })
  expect(readBundle({ v: 1, receipt: 'x', keys: [] })).toMatchObject({
    ok: true,
    bundle: { content: null, secret: null },
  })
  expect(readBundle({ ...bundle, content: { base64: '/+8=' } })).toMatchObject({
    bundle: { content: Uint8Array.of(0xff, 0xef) },
  })
})

test('a bundle with a member too many, or a wrong one, is refused with its place', () => {
  const key = bundle.keys[0]!
  const wrong: [unknown, string][] = [
    [null, ''],
    [[], ''],
    [{ ...bundle, extra: 1 }, '/extra'],
    [{ ...bundle, v: 2 }, '/v'],
    [{ v: 1, keys: [] }, '/receipt'],
    [{ ...bundle, keys: {} }, '/keys'],
    [{ ...bundle, keys: Array(101).fill(key) }, '/keys'],
    [{ ...bundle, keys: [null] }, '/keys/0'],
    [{ ...bundle, keys: [key, { ...key, state: 'new' }] }, '/keys/1/state'],
    [{ ...bundle, keys: [{ ...key, publishedAt: 'yesterday' }] }, '/keys/0/publishedAt'],
    [{ ...bundle, keys: [{ ...key, jwk: { ...key.jwk, d: X } }] }, '/keys/0/jwk'],
    [{ ...bundle, content: { text: 'a', base64: 'YQ==' } }, '/content'],
    [{ ...bundle, content: {} }, '/content'],
    [{ ...bundle, content: { text: '\ud800' } }, '/content/text'],
    [{ ...bundle, content: { base64: 'YQ' } }, '/content/base64'],
    [{ ...bundle, secret: 'short' }, '/secret'],
  ]
  for (const [value, pointer] of wrong)
    expect(readBundle(value)).toMatchObject({ ok: false, pointer })
})
