import { generateKeyPairSync, type KeyObject } from 'node:crypto'

interface KeyPair {
  publicKey: KeyObject
  privateKey: KeyObject
  jwk: { kty: string; crv: string; x: string }
  privateJwk: { kty: string; crv: string; x: string; d: string }
}

/** A new Ed25519 key in Node's form and as JWKs, without the export that Node 20 can hang in. */
export function makeKeyPair(): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
  const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32)
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') }
  return { publicKey, privateKey, jwk, privateJwk: { ...jwk, d: seed.toString('base64url') } }
}
