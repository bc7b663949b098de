import { encodeUtf8, sha256 } from './bytes.ts'

/** Crockford's base32 has no i, l, o or u, so that a person can read an id aloud. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

/**
 * The receipt's digest, 32 bytes: SHA-256 over the ASCII of the whole compact JWS. In hex, parted
 * after the 20 bytes of the id:
 *
 * ```receipt-digest
 * a0c7d94d15da88cea2077bd6b0d27ea5dc43f234 3f14d95cec3afc2bba06e118
 * ```
 */
export const receiptDigest = (jws: string): Uint8Array => sha256(encodeUtf8(jws))

/**
 * The receipt's id, from its digest: `rec_`, then the first 20 bytes in Crockford's base32, lower
 * case, 32 characters. A signer knows the id before a portal has received the receipt.
 *
 * ```id
 * rec_m33xjk8nva4cx8g7ffbb1mkymqe47whm
 * ```
 */
export function receiptIdOf(digest: Uint8Array): string {
  let id = 'rec_'
  let held = 0
  let bits = 0
  for (const byte of digest.subarray(0, 20)) {
    held = ((held & 31) << 8) | byte
    bits += 8
    while (bits >= 5) id += ALPHABET[(held >> (bits -= 5)) & 31]!
  }
  return id
}

/**
 * The id that a person means by a typed one: capitals count as small letters, o as 0, i and l as 1
 * (Crockford's base32). Null for a text that is no id.
 */
export function meantReceiptId(typed: string): string | null {
  const id = typed.toLowerCase()
  if (!/^rec_[0-9a-tv-z]{32}$/.test(id)) return null
  return `rec_${id.slice(4).replace(/o/g, '0').replace(/[il]/g, '1')}`
}

/** Reads the 20 bytes of an id. Null for any text but the one spelling of `receiptIdOf`. */
export function parseReceiptId(id: string): Uint8Array | null {
  if (!/^rec_[0-9a-hjkmnp-tv-z]{32}$/.test(id)) return null
  const bytes = new Uint8Array(20)
  let length = 0
  let held = 0
  let bits = 0
  for (const character of id.slice(4)) {
    held = ((held & 255) << 5) | ALPHABET.indexOf(character)
    bits += 5
    if (bits >= 8) bytes[length++] = held >> (bits -= 8)
  }
  return bytes
}
