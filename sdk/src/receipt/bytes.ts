import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'

/** Encodes text as UTF-8 (RFC 3629). A lone surrogate becomes U+FFFD, as in TextEncoder. */
export function encodeUtf8(text: string): Uint8Array {
  // A receipt is ASCII and short, and for such text this loop is quicker than TextEncoder.
  if (text.length > 16_384) return utf8ToBytes(text)
  const bytes = new Uint8Array(text.length)
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit > 0x7f) return utf8ToBytes(text)
    bytes[at] = unit
  }
  return bytes
}

/** Encodes bytes as lower-case hex: 00 ff becomes `00ff`. */
export const encodeHex = (bytes: Uint8Array): string => bytesToHex(bytes)

/** Reads hex digits of either case, two a byte. Null for any other text. */
export const decodeHex = (text: string): Uint8Array | null =>
  /^(?:[0-9a-fA-F]{2})*$/.test(text) ? hexToBytes(text) : null

export { concatBytes, sha256 }

/** Compares in variable time, because the core compares public bytes only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}

/**
 * Maps bytes to their SHA-256 digest (FIPS 180-4), 32 bytes. A server passes its platform's
 * function, because that function is several times quicker than `sha256`, which runs anywhere.
 */
export type Sha256 = (bytes: Uint8Array) => Uint8Array

/**
 * Decodes UTF-8 (RFC 3629), or gives the offset at which the first malformed character begins. The
 * text keeps a BOM, because the signature covers the BOM's bytes too.
 */
export function readUtf8(bytes: Uint8Array): string | number {
  // Most inputs are short and ASCII, and one call decodes them without a second copy.
  if (bytes.length <= 4096 && bytes.every((byte) => byte < 0x80))
    return String.fromCharCode.apply(null, bytes as unknown as number[])
  const units = new Uint16Array(bytes.length)
  let length = 0
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at]!
    if (first < 0x80) {
      units[length++] = first
      at += 1
      continue
    }
    // 0xC0 and 0xC1 would begin an overlong character, 0xF5 to 0xFF one beyond U+10FFFF.
    const size = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0
    if (size === 0) return at
    let point = first & (0x7f >> size)
    for (let next = 1; next < size; next++) {
      const byte = bytes[at + next]
      if (byte === undefined || byte >> 6 !== 2) return at
      point = (point << 6) | (byte & 0x3f)
    }
    if (size === 3 && (point < 0x800 || point >> 11 === 0x1b)) return at
    if (size === 4 && (point < 0x10000 || point > 0x10ffff)) return at
    if (size === 4) {
      units[length++] = 0xd7c0 + (point >> 10)
      units[length++] = 0xdc00 | (point & 0x3ff)
    } else units[length++] = point
    at += size
  }
  let text = ''
  // The text grows in pieces, because a call takes a limited number of arguments.
  for (let from = 0; from < length; from += 8192)
    text += String.fromCharCode.apply(
      null,
      units.subarray(from, Math.min(from + 8192, length)) as unknown as number[],
    )
  return text
}

/** Decodes UTF-8 as `readUtf8` does. Null where the bytes are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  const text = readUtf8(bytes)
  return typeof text === 'string' ? text : null
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Encodes bytes as base64url without padding (RFC 4648, section 5): ff ef becomes `_-8`. */
export function encodeBase64url(bytes: Uint8Array): string {
  let text = ''
  let held = 0
  let bits = 0
  for (const byte of bytes) {
    held = (held << 8) | byte
    bits += 8
    while (bits >= 6) text += ALPHABET[(held >> (bits -= 6)) & 63]!
    held &= 63
  }
  return bits > 0 ? text + ALPHABET[(held << (6 - bits)) & 63]! : text
}

const SIXES = new Uint8Array(128).fill(255)
for (let six = 0; six < 64; six++) SIXES[ALPHABET.charCodeAt(six)] = six
// The two letters of plain base64 that base64url spells `-` and `_`.
SIXES[43] = 62
SIXES[47] = 63

/**
 * Reads base64url in the one spelling that `encodeBase64url` gives: no padding, no other
 * characters, no stray bits in the last character (RFC 4648, section 3.5). A second spelling of a
 * receipt would give the receipt a second id. Null for any other text.
 */
export const decodeBase64url = (text: string): Uint8Array | null =>
  /[+/]/.test(text) ? null : decodeSixes(text)

/** Reads base64 with its padding (RFC 4648, section 4), as strictly: `/+8=` becomes ff ef. */
export const decodeBase64 = (text: string): Uint8Array | null =>
  text.length % 4 !== 0 || /[-_]/.test(text) ? null : decodeSixes(text.replace(/={1,2}$/, ''))

function decodeSixes(text: string): Uint8Array | null {
  if (text.length % 4 === 1) return null
  const bytes = new Uint8Array((text.length * 3) >> 2)
  let length = 0
  let held = 0
  let bits = 0
  for (let at = 0; at < text.length; at++) {
    const six = SIXES[text.charCodeAt(at)] ?? 255
    if (six === 255) return null
    held = ((held & 63) << 6) | six
    bits += 6
    if (bits >= 8) bytes[length++] = held >> (bits -= 8)
  }
  return (held & ((1 << bits) - 1)) === 0 ? bytes : null
}
