import { Point } from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'
import { concatBytes, encodeHex, equalBytes } from './bytes.ts'

/** L is the order of the prime group (RFC 8032, section 5.1). */
const L = Point.CURVE().n

const readLittleEndian = (bytes: Uint8Array): bigint =>
  BigInt(`0x${encodeHex(Uint8Array.from(bytes).reverse())}`)

/** L in 32 bytes, the least significant first: a signature holds S in this form. */
const L_BYTES = numberToBytes(L)

/** Writes 32 bytes, the least significant first. */
function numberToBytes(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, at) => Number((value >> BigInt(8 * at)) & 255n))
}

/**
 * The guards before every engine, because engines differ in exactly these: the signature has 64
 * bytes, S is below L (RFC 8032, section 5.1.7), R is not the identity. With S + L a forger would
 * have a second signature, and so a second id, for one receipt.
 *
 * ```
 * R, 32 bytes ‖ S, 32 bytes, the least significant first
 * ```
 */
export function signatureWellFormed(signature: Uint8Array): boolean {
  if (signature.length !== 64) return false
  if (signature[0] === 1 && signature.subarray(1, 32).every((byte) => byte === 0)) return false
  // The most significant byte that differs decides.
  for (let at = 31; at >= 0; at--) {
    const difference = signature[32 + at]! - L_BYTES[at]!
    if (difference !== 0) return difference < 0
  }
  return false
}

/**
 * Whether encode(S·B − k·A) is R, byte for byte, where k is SHA-512(R ‖ A ‖ message) mod L. The
 * rule has no cofactor (RFC 8032, section 5.1.7), because platforms implement it without one. The
 * verifier never decodes R, so a second spelling of R is a bad signature.
 *
 * `publicKey` is 32 bytes that `admitKey` has admitted; `signature` is R and S. Never throws: any
 * other bytes are a bad signature.
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
  // `false` takes noble's variable-time path: it allows zero, and a verifier holds no secret.
  const expected = Point.BASE.multiply(s, false).subtract(key.multiply(k, false))
  return equalBytes(expected.toBytes(), r)
}
