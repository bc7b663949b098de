import { hashes, Point, utils } from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'
import { concatBytes } from './receipt/bytes.ts'
import { L, numberToBytes, readLittleEndian } from './receipt/ed25519.ts'
import { thumbprint } from './receipt/key.ts'
import type { Signer } from './signing-key.ts'

hashes.sha512 = sha512

/**
 * Signs with a private key of 32 bytes. What depends on the key alone is computed here, once: noble's
 * `sign` computes the public key anew for each signature, which is half of its time. The rest is
 * RFC 8032, section 5.1.6, and gives the same bytes.
 */
export function createLocalSigner(secret: Uint8Array): Signer {
  // The public key that is hashed is this secret's own, never one that was handed over: with
  // another one, two signatures of the same bytes would give the private key away.
  const { prefix, scalar, pointBytes } = utils.getExtendedPublicKey(secret)
  return {
    kid: thumbprint(pointBytes),
    publicKey: pointBytes,
    sign(bytes) {
      const r = readScalar(prefix, bytes)
      // noble's careful path, not the fast one that `verifySignature` takes: r is a secret.
      const R = Point.BASE.multiply(r).toBytes()
      const k = readScalar(R, pointBytes, bytes)
      return concatBytes(R, numberToBytes((r + k * scalar) % L))
    },
  }
}

const readScalar = (...parts: Uint8Array[]): bigint =>
  readLittleEndian(sha512(concatBytes(...parts))) % L
