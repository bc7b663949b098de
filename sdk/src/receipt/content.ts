import { decodeBase64url, decodeUtf8, encodeUtf8, equalBytes, type Sha256 } from './bytes.ts'
import { contentDigest } from './content-digest.ts'
import { REPAIRS, type Repair } from './repairs.ts'
import type { ReceiptContent } from './report.ts'

export type { Repair } from './repairs.ts'

export type ContentMatch =
  | { match: 'exact' }
  | { match: 'repaired'; repair: Repair }
  | { match: 'differs' }
  | { match: 'not-checkable' }

/** Above this only the exact bytes are compared: each repair costs another pass over them. */
export const REPAIR_BYTES_MAX = 1_048_576

/** Are these the signed bytes, as they are? Null where that can't be computed. */
export function contentIsExact(
  content: ReceiptContent,
  bytes: Uint8Array,
  secret?: Uint8Array,
  hash?: Sha256,
): boolean | null {
  if (content.alg === 'hmac-sha-256' && secret?.length !== 32) return null
  // The length is signed too. It also spares the hash for most texts that can't match.
  if (content.length !== undefined && content.length !== bytes.length) return false
  const signed = decodeBase64url(content.digest)
  const found = contentDigest(content.alg, bytes, secret, hash)
  return signed !== null && found !== null && equalBytes(signed, found)
}

/** The bytes as given come first; only if they differ, and are text, each repair in its order. */
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
  for (const repair of Object.keys(REPAIRS) as Repair[]) {
    const repaired: string = REPAIRS[repair](text)
    if (repaired !== text && contentIsExact(content, encodeUtf8(repaired), secret, hash) === true)
      return { match: 'repaired', repair }
  }
  return { match: 'differs' }
}

/** For somebody who keeps the text to themselves and gives its SHA-256 only. */
export function checkDigest(content: ReceiptContent, digest: Uint8Array): ContentMatch {
  if (content.alg !== 'sha-256') return { match: 'not-checkable' }
  const signed = decodeBase64url(content.digest)
  return { match: signed !== null && equalBytes(signed, digest) ? 'exact' : 'differs' }
}
