import { Buffer } from 'node:buffer'
import { createPublicKey, verify, type KeyObject } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { signatureWellFormed } from '#receipt/ed25519.ts'
import { jwkOf } from '#receipt/key.ts'

const KEY_BYTES = 32
const SIGNATURE_BYTES = 64

/**
 * A signature to check: 32 bytes of public key, 64 of signature, then the message, as a string with
 * a byte in each character. A message to a thread copies a string alone; for an array it would copy
 * the whole buffer behind the array.
 */
export type PackedSignature = string

export const packSignature = (
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): PackedSignature => toText(publicKey) + toText(signature) + toText(message)

const toText = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')

/**
 * Checks signatures on the thread that calls it: OpenSSL behind the core's guards, some ten times
 * quicker than the core's own check (`test/engines.test.ts` compares the two). A signature that
 * can't be checked is not a good one.
 */
export function createSignatureCheck(): (packed: PackedSignature) => boolean {
  /** Building a key costs as much as using it. */
  const keys = new LRUCache<PackedSignature, KeyObject>({ max: 10_000 })

  return (packed) => {
    const name = packed.slice(0, KEY_BYTES)
    const bytes = Buffer.from(packed, 'latin1')
    const publicKey = bytes.subarray(0, KEY_BYTES)
    const signature = bytes.subarray(KEY_BYTES, KEY_BYTES + SIGNATURE_BYTES)
    if (!signatureWellFormed(signature)) return false
    try {
      const key = keys.get(name) ?? createPublicKey({ key: { ...jwkOf(publicKey) }, format: 'jwk' })
      keys.set(name, key)
      return verify(null, bytes.subarray(KEY_BYTES + SIGNATURE_BYTES), key, signature)
    } catch {
      return false
    }
  }
}
