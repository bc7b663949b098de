import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { encodeUtf8, type Sha256 } from './bytes.ts'
import type { ReceiptContent } from './report.ts'

// Apart from the comparing, which whoever only signs doesn't load.

/**
 * A receipt's secret is not used as a key itself, so that a second use of it (lines of an excerpt)
 * can never be mistaken for this one.
 */
export const contentKey = (secret: Uint8Array): Uint8Array =>
  hmac(sha256, secret, encodeUtf8('counterfoil/content/v1'))

/** The digest as signed in `content`; null for hmac-sha-256 without its 32-byte secret. */
export function contentDigest(
  alg: ReceiptContent['alg'],
  bytes: Uint8Array,
  secret?: Uint8Array,
  hash: Sha256 = sha256,
): Uint8Array | null {
  if (alg === 'sha-256') return hash(bytes)
  return secret?.length === 32 ? hmac(sha256, contentKey(secret), bytes) : null
}
