import { sha256 } from '@noble/hashes/sha2.js'
import { encodeUtf8 } from './bytes.ts'

/** Crockford's base32: no i, l, o or u, so that an id can be read aloud. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

/** SHA-256 over the characters of the receipt as it was sent. */
export const receiptDigest = (jws: string): Uint8Array => sha256(encodeUtf8(jws))

/** The receipt's public name: `rec_` and the first 20 bytes of its digest, 32 characters. */
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

/** The 20 bytes behind an id; null for anything but its one exact spelling. */
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
