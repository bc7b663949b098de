import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { readPublicKey } from './read-public-key.ts'

const { publicKey, privateKey } = generateKeyPairSync('ed25519')
const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32)
const jwk = { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') }
const privateJwk = { ...jwk, d: seed.toString('base64url') }
const pem = (key: typeof publicKey, type: 'spki' | 'pkcs8') =>
  key.export({ format: 'pem', type }).toString()

test('a public key is read from PEM, from a JWK and from a set of one', () => {
  for (const text of [
    pem(publicKey, 'spki'),
    `\r\n${pem(publicKey, 'spki').replaceAll('\n', '\r\n')}`,
    JSON.stringify(jwk, null, 2),
    JSON.stringify({ keys: [jwk] }),
  ])
    expect(readPublicKey(text)).toEqual({ ok: true, jwk })
})

test('what the SDK’s command prints is the key with its proof', () => {
  const printed = JSON.stringify({ jwk, proof: 'a.b.c' }, null, 2)
  expect(readPublicKey(printed)).toEqual({ ok: true, jwk, proof: 'a.b.c' })
  expect(readPublicKey(JSON.stringify({ jwk }))).toEqual({ ok: true, jwk })
  expect(readPublicKey(JSON.stringify({ jwk: 5, proof: 'a.b.c' })).ok).toBe(false)
})

test('a private key is recognised in each of these, and nothing of it comes back', () => {
  for (const text of [
    pem(privateKey, 'pkcs8'),
    `${pem(publicKey, 'spki')}${pem(privateKey, 'pkcs8')}`,
    '-----BEGIN OPENSSH PRIVATE KEY-----\nabc',
    JSON.stringify(privateJwk),
    JSON.stringify({ jwk: privateJwk, proof: 'a.b.c' }),
    JSON.stringify({ keys: [privateJwk] }),
  ]) {
    const reading = readPublicKey(text)
    expect(reading).toMatchObject({ ok: false, why: 'private' })
    expect(JSON.stringify(reading)).not.toContain(privateJwk.d)
  }
})

test('what is no Ed25519 key is refused with a reason', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey
  for (const text of ['', 'hello', '[]', '5', 'null', '{"keys":[]}', pem(rsa, 'spki')])
    expect(readPublicKey(text)).toMatchObject({ ok: false, why: 'unread' })
})
