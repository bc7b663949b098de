import { Buffer, isUtf8 } from 'node:buffer'

// The core's functions for these run in every browser. A mebibyte takes the core ten milliseconds,
// in which the event loop could answer nobody else.

const bufferOf = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** The text, with its BOM; null if the bytes are not UTF-8. */
export const readText = (bytes: Uint8Array): string | null =>
  isUtf8(bytes) ? bufferOf(bytes).toString('utf8') : null

/** At most `bytesMax` bytes from the start of UTF-8, without a part of a character at the end. */
export function firstCharacters(bytes: Uint8Array, bytesMax: number): Uint8Array {
  if (bytes.length <= bytesMax) return bytes
  let end = bytesMax
  while (end > 0 && bytes[end]! >> 6 === 2) end--
  return bytes.subarray(0, end)
}

export const isEqual = (a: Uint8Array, b: Uint8Array): boolean => bufferOf(a).equals(b)

/** The bytes of base64 with its padding; null for any other spelling. */
export function readBase64(text: string): Uint8Array | null {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : null
}
