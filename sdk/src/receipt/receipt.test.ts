import { Point } from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'
import { expect, test } from 'vitest'
import { concatBytes, encodeBase64url, encodeUtf8 } from './bytes.ts'
import { verifySignature } from './ed25519.ts'
import type { Evidence } from './evidence.ts'
import { judge } from './judge.ts'
import { thumbprint } from './key.ts'
import { readReceipt } from './receipt.ts'

const L = Point.CURVE().n
const little = (bytes: Uint8Array): bigint =>
  [...bytes].reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
const toLittle = (n: bigint): Uint8Array =>
  Uint8Array.from({ length: 32 }, (_, i) => Number((n >> BigInt(8 * i)) & 255n))

const SECRET = 123456789n
const publicKey = Point.BASE.multiply(SECRET).toBytes()

/** Ed25519 by the book, with a nonce that is fixed: good enough for a test's own key. */
function sign(message: Uint8Array): Uint8Array {
  const r = Point.BASE.multiply(987654321n).toBytes()
  const k = little(sha512(concatBytes(r, publicKey, message))) % L
  return concatBytes(r, toLittle((987654321n + k * SECRET) % L))
}

const part = (value: unknown): string => encodeBase64url(encodeUtf8(JSON.stringify(value)))
const input = `${part({ alg: 'Ed25519', kid: thumbprint(publicKey), typ: 'ai-receipt+jwt' })}.${part(
  {
    v: 1,
    iss: 'acme',
    iat: 1_762_178_520,
    content: {
      alg: 'sha-256',
      digest: encodeBase64url(new Uint8Array(32)),
      length: 3,
      type: 'text/plain',
      subject: 'text',
    },
  },
)}`
const jws = `${input}.${encodeBase64url(sign(encodeUtf8(input)))}`

function evidenceFor(text: string): Evidence {
  const reading = readReceipt(text)
  const good =
    reading.ok &&
    verifySignature(publicKey, reading.receipt.signingInput, reading.receipt.signature)
  return {
    now: 1_762_178_530_000,
    reading,
    idExpected: null,
    key: { from: 'portal', state: 'active' },
    signature: good ? 'good' : 'bad',
    issuerName: 'Acme',
    domainVerified: false,
    receivedAt: 1_762_178_521_000,
    revocation: null,
    storedContent: { state: 'none' },
    log: null,
    given: null,
  }
}

test('a receipt signed by the book is valid', () => {
  expect(judge(evidenceFor(jws)).verdict).toBe('valid')
})

test('a receipt changed by one bit, anywhere, is invalid, not an error', () => {
  let readable = 0
  for (let at = 0; at < jws.length; at++) {
    // Each bit would take minutes here: one bit of every character, a different one each time.
    const changed = String.fromCharCode(jws.charCodeAt(at) ^ (1 << (at % 7)))
    const text = jws.slice(0, at) + changed + jws.slice(at + 1)
    const evidence = evidenceFor(text)
    if (evidence.reading?.ok) readable++
    const { verdict, facts } = judge(evidence)
    expect(verdict).toBe('invalid')
    expect(facts.issuerName).toBe(null)
    expect(facts.issuedAt).toBe(null)
  }
  // Most changes break the form; enough of them reach the signature.
  expect(readable).toBeGreaterThan(50)
})

test('a receipt cut off anywhere, or with anything added, is malformed, not an error', () => {
  for (let at = 0; at < jws.length; at++) expect(readReceipt(jws.slice(0, at)).ok).toBe(false)
  for (const more of ['=', ' ', '\n', '\0', '.', 'A', 'é', '😀', '\ud800'])
    for (const text of [jws + more, more + jws, jws.replace('.', `.${more}`)])
      expect(readReceipt(text).ok).toBe(false)
})

test('a refusal is one short sentence, however long the hostile name is', () => {
  const claims = part({ v: 1, ['x'.repeat(9_000) + '😀/~']: 1 })
  const found = readReceipt(`${input.split('.')[0]!}.${claims}.${'A'.repeat(86)}`)
  expect(found).toMatchObject({ ok: false, reason: 'unknown_member' })
  if (found.ok) return
  expect(found.message.length).toBeLessThan(160)
  expect(found.pointer).toBe(`/claims/${'x'.repeat(64)}`)
})

test('a hostile name can not turn our sentence around', () => {
  const claims = part({ v: 1, '\u202eevil\u0007': 1 })
  const found = readReceipt(`${input.split('.')[0]!}.${claims}.${'A'.repeat(86)}`)
  expect(found).toMatchObject({ ok: false, pointer: '/claims/\ufffdevil\ufffd' })
})
