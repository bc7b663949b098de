import { getPublicKey, hashes, sign } from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'
import { nodeCrypto } from './node-crypto.ts'
import { concatBytes, equalBytes } from '../receipt/bytes.ts'
import { thumbprint } from '../receipt/key.ts'
import type { Signer } from './signing-key.ts'

hashes.sha512 = sha512

/** The bytes before the 32 secret bytes in a PKCS#8 Ed25519 key (RFC 8410). */
const PKCS8 = Uint8Array.of(48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32)

type Sign = (bytes: Uint8Array) => Uint8Array

/** Signs with a private key of 32 bytes, with `node:crypto` or else with noble. */
export function createLocalSigner(secret: Uint8Array): Signer {
  const publicKey = getPublicKey(secret)
  const ours: Sign = (bytes) => sign(bytes, secret)
  return { kid: thumbprint(publicKey), publicKey, sign: signNatively(secret, ours) ?? ours }
}

/** Ed25519 is deterministic: one signature equal to noble's shows that `node:crypto` works. */
function signNatively(secret: Uint8Array, ours: Sign): Sign | undefined {
  try {
    const crypto = nodeCrypto()
    if (crypto === undefined) return undefined
    const der = concatBytes(PKCS8, secret)
    const key = crypto.createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    const native: Sign = (bytes) => new Uint8Array(crypto.sign(null, bytes, key))
    return equalBytes(native(PKCS8), ours(PKCS8)) ? native : undefined
  } catch {
    return undefined
  }
}
