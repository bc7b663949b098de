import { Point } from '@noble/ed25519'
import { decodeBase64url, encodeBase64url, encodeUtf8, equalBytes, sha256 } from './bytes.ts'

/** Why a public key is refused. The codes are permanent. */
export type KeyRefusal =
  'wrong_length' | 'not_canonical' | 'not_on_curve' | 'identity' | 'small_order' | 'mixed_order'

/** Whether a public key is admitted. `message` is one English sentence without its full stop. */
export type KeyAdmission = { ok: true } | { ok: false; reason: KeyRefusal; message: string }

/**
 * Whether a public key is the canonical encoding of a point of prime order (RFC 8032, section
 * 5.1.2). For such a key every Ed25519 library gives the same answer. With a key of small or mixed
 * order a signer can mint a receipt that is good in one browser and forged in another. The check
 * takes about 2 ms, so a caller asks once, when a key arrives. Never throws.
 */
export function admitKey(publicKey: Uint8Array): KeyAdmission {
  if (publicKey.length !== 32) return refuse('wrong_length', 'The key is not 32 bytes long')
  let point: Point
  try {
    // The decoding is lenient, so that the checks below can tell one fault from another.
    point = Point.fromBytes(publicKey, true)
  } catch {
    return refuse('not_on_curve', 'The key is not a point on the curve')
  }
  // The encoder writes y below p, and no sign where x is 0, so another spelling comes back changed.
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

/**
 * A public signing key as a JWK (RFC 8037, section 2). `x` is the 32 bytes of the key in base64url.
 *
 * ```jwk
 * {"kty":"OKP","crv":"Ed25519","x":"g6mMlHliPovlsr8EAch4Xk716M2VHk92IFn4GsRmlYY"}
 * ```
 */
export interface Jwk {
  kty: 'OKP'
  crv: 'Ed25519'
  x: string
}

/** The 32 bytes of the key, or why the JWK is refused. */
export type JwkReading =
  | { ok: true; publicKey: Uint8Array }
  | { ok: false; code: 'private_key_sent' | 'weak_key'; message: string }

/** Reads `kty`, `crv` and `x` of a parsed JWK. The caller still asks `admitKey`. Never throws. */
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

/** Writes the JWK of a public key of 32 bytes. */
export const jwkOf = (publicKey: Uint8Array): Jwk => ({
  kty: 'OKP',
  crv: 'Ed25519',
  x: encodeBase64url(publicKey),
})

/**
 * The thumbprint of a public key of 32 bytes (RFC 7638, section 3): SHA-256 over the JWK with its
 * members in the order of the alphabet, in base64url. No two keys share a thumbprint, so a receipt
 * names its key by it, as `kid`.
 *
 * ```kid
 * C_gRPaQgIK13IOEcW87yh1i7QsFy5gK4aA5otaQ-Mk4
 * ```
 */
export function thumbprint(publicKey: Uint8Array): string {
  const json = `{"crv":"Ed25519","kty":"OKP","x":"${encodeBase64url(publicKey)}"}`
  return encodeBase64url(sha256(encodeUtf8(json)))
}
