import { decodeBase64url, encodeBase64url } from '#receipt/bytes.ts'

/** The bytes before the 32 of an Ed25519 key in a PEM file (RFC 8410). */
const PREFIX = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]

export type PublicKeyReading =
  | { ok: true; jwk: unknown; /** That stood beside it. */ proof?: string }
  | { ok: false; why: 'private' | 'unread'; says: string }

const refuse = (why: 'private' | 'unread', says: string): PublicKeyReading => ({
  ok: false,
  why,
  says,
})

const PRIVATE = 'This is a private key. It must stay yours alone: give the public half only.'

/**
 * Reads a public key from a PEM file, a JWK, a JWK Set with one key, or the output of the SDK's
 * command, which has the proof as well. `publishKey` judges the key; a private key is recognised
 * here, before it is sent anywhere.
 */
export function readPublicKey(given: string): PublicKeyReading {
  const text = given.trim()
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) return refuse('private', PRIVATE)
  const pem = /-----BEGIN PUBLIC KEY-----([\sA-Za-z0-9+/=]+)-----END PUBLIC KEY-----/.exec(text)
  if (pem !== null) return readPem(pem[1]!)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return refuse('unread', 'This is neither a JWK (JSON) nor a public key in PEM.')
  }
  return readJson(value)
}

function readPem(body: string): PublicKeyReading {
  const base64url = body.replace(/[\s=]/g, '').replaceAll('+', '-').replaceAll('/', '_')
  const der = decodeBase64url(base64url)
  if (der?.length !== 44 || !PREFIX.every((byte, i) => der[i] === byte))
    return refuse('unread', 'This is a public key of another kind: only Ed25519 is taken here.')
  return { ok: true, jwk: { kty: 'OKP', crv: 'Ed25519', x: encodeBase64url(der.slice(12)) } }
}

function readJson(value: unknown): PublicKeyReading {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse('unread', 'A JWK is a JSON object with kty, crv and x.')
  if ('keys' in value && Array.isArray(value.keys)) {
    return value.keys.length === 1
      ? readJson(value.keys[0])
      : refuse('unread', 'This set holds several keys: give one of them.')
  }
  if ('jwk' in value) {
    const reading = readJson(value.jwk)
    const hasProof = 'proof' in value && typeof value.proof === 'string'
    return reading.ok && hasProof ? { ...reading, proof: value.proof as string } : reading
  }
  if ('d' in value) return refuse('private', PRIVATE)
  return { ok: true, jwk: value }
}
