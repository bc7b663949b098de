import { Point } from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'
import { concatBytes, encodeHex, equalBytes } from './bytes.ts'

/** The order of the prime group (RFC 8032, section 5.1). */
const L = Point.CURVE().n

const readLittleEndian = (bytes: Uint8Array): bigint =>
  BigInt(`0x${encodeHex(Uint8Array.from(bytes).reverse())}`)

/** L in its 32 bytes, as S stands in a signature: the least significant first. */
const L_BYTES = numberToBytes(L)

/** 32 bytes, the least significant first. */
function numberToBytes(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, at) => Number((value >> BigInt(8 * at)) & 255n))
}

/**
 * The guards that stand before every engine: 64 bytes, S below L, R not the identity. Libraries
 * differ in exactly these, and S + L would be a second signature for the same receipt.
 */
export function signatureWellFormed(signature: Uint8Array): boolean {
  if (signature.length !== 64) return false
  if (signature[0] === 1 && signature.subarray(1, 32).every((byte) => byte === 0)) return false
  // From the most significant byte downwards, the first that differs decides.
  for (let at = 31; at >= 0; at--) {
    const difference = signature[32 + at]! - L_BYTES[at]!
    if (difference !== 0) return difference < 0
  }
  return false
}

/**
 * The one rule, the same everywhere: encode(S·B − k·A) is R, byte for byte. Cofactorless, because
 * that is what platforms implement; and no R is ever decoded, so its spelling can't matter.
 * Assumes a key that was admitted; answers false, and never throws, for anything else.
 */
export function verifySignature(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (publicKey.length !== 32 || !signatureWellFormed(signature)) return false
  let key: Point
  try {
    key = Point.fromBytes(publicKey, false)
  } catch {
    return false
  }
  const r = signature.subarray(0, 32)
  const s = readLittleEndian(signature.subarray(32))
  const k = readLittleEndian(sha512(concatBytes(r, publicKey, message))) % L
  // `false` is noble's variable-time path: nothing here is secret, and it allows zero.
  const expected = Point.BASE.multiply(s, false).subtract(key.multiply(k, false))
  return equalBytes(expected.toBytes(), r)
}
