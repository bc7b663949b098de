import { refuseKey } from '../errors.ts'
import type { WebCryptoKey } from '../platform.ts'
import type { RemoteSigner } from './signing-key.ts'

/**
 * Makes a signing key of a WebCrypto key: the private key stays where it is, and WebCrypto signs. A
 * private key that can't be exported needs its public key beside it; `generateKey` gives the pair.
 * Rejects with `invalid_signing_key`.
 *
 * @example
 * const pair = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])
 * const counterfoil = createCounterfoil({ …, signingKey: await readCryptoKey(pair) })
 */
export async function readCryptoKey(
  key: WebCryptoKey | { privateKey: WebCryptoKey; publicKey: WebCryptoKey },
): Promise<RemoteSigner> {
  const privateKey = 'privateKey' in key ? key.privateKey : key
  if (privateKey.type !== 'private') refuseKey('is a public CryptoKey: the private one signs')
  if (privateKey.algorithm.name !== 'Ed25519')
    refuseKey(`must be an Ed25519 key, not ${privateKey.algorithm.name}`)
  if (!privateKey.usages.includes('sign')) refuseKey('is a CryptoKey that may not sign')
  const jwk = await exportPublic('privateKey' in key ? key.publicKey : key)
  return {
    publicKey: { kty: 'OKP', crv: 'Ed25519', x: jwk.x ?? '' },
    sign: (bytes) => crypto.subtle.sign('Ed25519', privateKey, new Uint8Array(bytes)),
  }
}

/** Exports a key as a JWK. The caller uses only its public part, also of a private key. */
async function exportPublic(key: CryptoKey): Promise<JsonWebKey> {
  if (!key.extractable)
    refuseKey('is a CryptoKey that can’t be exported: give { privateKey, publicKey }')
  return crypto.subtle.exportKey('jwk', key)
}
