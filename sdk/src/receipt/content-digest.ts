import { hmac } from '@noble/hashes/hmac.js'
import { encodeUtf8, sha256, type Sha256 } from './bytes.ts'
import type { ReceiptContent } from './report.ts'

// A signer needs no comparing and no repairs, so content.ts holds both.

/**
 * Derives the key of a keyed digest from a receipt's 32-byte secret. The derived key separates this
 * use of the secret from the secret's other use, the lines of an excerpt.
 *
 * ```
 * HMAC-SHA-256(key: secret, message: "counterfoil/content/v1")
 * ```
 */
export const contentKey = (secret: Uint8Array): Uint8Array =>
  hmac(sha256, secret, encodeUtf8('counterfoil/content/v1'))

/**
 * The 32-byte digest of content, as `content.digest` holds it in base64url: SHA-256 over the exact
 * bytes, or HMAC-SHA-256 (RFC 2104) under `contentKey(secret)`. Null for `hmac-sha-256` without its
 * 32-byte secret. `hash` replaces the plain SHA-256 only.
 *
 * The digest of the 32 bytes "The capital of France is Paris.\n":
 *
 * ```content-digest
 * ybpVV-oJ_u-QARYEZXJVoRYhwDa0gujIX-lm8s8g0Lc
 * ```
 */
export function contentDigest(
  alg: ReceiptContent['alg'],
  bytes: Uint8Array,
  secret?: Uint8Array,
  hash: Sha256 = sha256,
): Uint8Array | null {
  if (alg === 'sha-256') return hash(bytes)
  return secret?.length === 32 ? hmac(sha256, contentKey(secret), bytes) : null
}
