import { Point } from '@noble/ed25519'
import { sha256 } from '@noble/hashes/sha2.js'
import { decodeBase64url, encodeBase64url, encodeUtf8, equalBytes } from './bytes.ts'

export type KeyRefusal =
  'wrong_length' | 'not_canonical' | 'not_on_curve' | 'identity' | 'small_order' | 'mixed_order'

export type KeyAdmission = { ok: true } | { ok: false; reason: KeyRefusal; message: string }

/**
 * Whether a key may be used at all. With such keys only, every Ed25519 library gives the same
 * answer; with a key of small or mixed order a signer can mint a receipt that is good in one
 * browser and forged in another. Costs about 2 ms, so it is asked once, when a key arrives.
 */
export function admitKey(publicKey: Uint8Array): KeyAdmission {
  if (publicKey.length !== 32) return refuse('wrong_length', 'The key is not 32 bytes long')
  let point: Point
  try {
    // The lenient decoding, so that what is wrong can be told apart below.
    point = Point.fromBytes(publicKey, true)
  } catch {
    return refuse('not_on_curve', 'The key is not a point on the curve')
  }
  // Encoding gives y below p, and no sign where x is 0: any other spelling comes back different.
  if (!equalBytes(point.toBytes(), publicKey))
    return refuse('not_canonical', 'The key is not in its canonical encoding')
  if (point.is0()) return refuse('identity', 'The key is the identity point')
  if (point.isSmallOrder()) return refuse('small_order', 'The key is a point of small order')
  if (!point.isTorsionFree())
    return refuse('mixed_order', 'The key is not in the group of prime order')
  return { ok: true }
}

const refuse = (reason: KeyRefusal, message: string): KeyAdmission => ({
  ok: false,
  reason,
  message,
})

export interface Jwk {
  kty: 'OKP'
  crv: 'Ed25519'
  x: string
}

export type JwkReading =
  | { ok: true; publicKey: Uint8Array }
  | { ok: false; code: 'private_key_sent' | 'weak_key'; message: string }

/** Reads `kty`, `crv` and `x`. Whether the key is admitted is the next question, not this one. */
export function readJwk(value: unknown): JwkReading {
  const weak = (message: string): JwkReading => ({ ok: false, code: 'weak_key', message })
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return weak('A key must be a JSON object')
  const { kty, crv, x, d } = value as Record<string, unknown>
  if (d !== undefined)
    return {
      ok: false,
      code: 'private_key_sent',
      message: 'This is a private key (it has the member d). Replace it: it must stay yours alone',
    }
  if (kty !== 'OKP') return weak('kty must be OKP')
  if (crv !== 'Ed25519') return weak('crv must be Ed25519')
  const publicKey = typeof x === 'string' && x.length === 43 ? decodeBase64url(x) : null
  return publicKey ? { ok: true, publicKey } : weak('x must be 32 bytes in canonical base64url')
}

export const jwkOf = (publicKey: Uint8Array): Jwk => ({
  kty: 'OKP',
  crv: 'Ed25519',
  x: encodeBase64url(publicKey),
})

/** RFC 7638: the key's own name, which nobody else's key can have. It is the receipt's `kid`. */
export function thumbprint(publicKey: Uint8Array): string {
  const json = `{"crv":"Ed25519","kty":"OKP","x":"${encodeBase64url(publicKey)}"}`
  return encodeBase64url(sha256(encodeUtf8(json)))
}
