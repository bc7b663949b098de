import { decodeBase64url, decodeUtf8, encodeUtf8, equalBytes, type Sha256 } from './bytes.ts'
import { contentDigest } from './content-digest.ts'
import { countForRepairs, REPAIRS, type Repair } from './repairs.ts'
import type { ReceiptContent } from './report.ts'

export type { Repair } from './repairs.ts'

/** How content compares with a receipt. `not-checkable`: a keyed digest lacks its secret. */
export type ContentMatch =
  | { match: 'exact' }
  | { match: 'repaired'; repair: Repair }
  | { match: 'differs' }
  | { match: 'not-checkable' }

/** Longer content is compared as it is, because each repair costs another pass over the bytes. */
export const REPAIR_BYTES_MAX = 1_048_576

/** Whether the bytes are exactly the signed bytes. Null for a keyed digest without its secret. */
export function contentIsExact(
  content: ReceiptContent,
  bytes: Uint8Array,
  secret?: Uint8Array,
  hash?: Sha256,
): boolean | null {
  if (content.alg === 'hmac-sha-256' && secret?.length !== 32) return null
  // The signer signs the length too, and most other texts differ in length: no hash is needed.
  if (content.length !== undefined && content.length !== bytes.length) return false
  const signed = decodeBase64url(content.digest)
  const found = contentDigest(content.alg, bytes, secret, hash)
  return signed !== null && found !== null && equalBytes(signed, found)
}

/**
 * Compares content with a receipt: first the bytes as given, then, for UTF-8 of at most
 * `REPAIR_BYTES_MAX` bytes, each repair in the order of `REPAIRS`. The first match is the answer.
 */
export function checkContent(
  content: ReceiptContent,
  bytes: Uint8Array,
  secret?: Uint8Array,
  hash?: Sha256,
): ContentMatch {
  const exact = contentIsExact(content, bytes, secret, hash)
  if (exact === null) return { match: 'not-checkable' }
  if (exact) return { match: 'exact' }
  const text = bytes.length <= REPAIR_BYTES_MAX ? decodeUtf8(bytes) : null
  if (text === null) return { match: 'differs' }
  const counts = countForRepairs(bytes)
  const { length } = content
  for (const repair of Object.keys(REPAIRS) as Repair[]) {
    // A repair costs another pass over the text, so it is made only if its length can be right.
    const [least, most] = REPAIRS[repair].bytes(counts)
    if (length !== undefined && (length < least || length > most)) continue
    const repaired: string = REPAIRS[repair].apply(text)
    if (repaired !== text && contentIsExact(content, encodeUtf8(repaired), secret, hash) === true)
      return { match: 'repaired', repair }
  }
  return { match: 'differs' }
}

/**
 * Compares a SHA-256 digest of 32 bytes with a receipt, for a reader who keeps the text private. A
 * keyed digest is not checkable so.
 */
export function checkDigest(content: ReceiptContent, digest: Uint8Array): ContentMatch {
  if (content.alg !== 'sha-256') return { match: 'not-checkable' }
  const signed = decodeBase64url(content.digest)
  return { match: signed !== null && equalBytes(signed, digest) ? 'exact' : 'differs' }
}
