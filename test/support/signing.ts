import { createHash } from 'node:crypto'
import { calculateJwkThumbprint, CompactSign, exportJWK, generateKeyPair, type JWK } from 'jose'
import { PUBLIC_URL } from './portal.ts'

/** Somebody with an Ed25519 key, who signs by a library that is not ours. */
export interface Signer {
  kid: string
  /** The public key. */
  jwk: JWK
  /** The private key, as JSON. */
  privateJwk: JWK
  sign(claims: object, header?: object): Promise<string>
}

export async function makeSigner(): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair('Ed25519', { extractable: true })
  const { kty, crv, x } = await exportJWK(publicKey)
  const jwk = { kty, crv, x } as JWK
  const kid = await calculateJwkThumbprint(jwk)
  return {
    kid,
    jwk,
    privateJwk: await exportJWK(privateKey),
    sign: (claims, header = {}) =>
      new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
        .setProtectedHeader({ alg: 'Ed25519', kid, typ: 'ai-receipt+jwt', ...header })
        .sign(privateKey),
  }
}

export const secondsNow = (): number => Math.floor(Date.now() / 1000)

/** A receipt for a text, signed now unless `claims` say otherwise. */
export function signReceipt(
  signer: Signer,
  iss: string,
  text: string,
  claims: object = {},
): Promise<string> {
  const bytes = new TextEncoder().encode(text)
  return signer.sign({
    v: 1,
    iss,
    iat: secondsNow(),
    content: {
      alg: 'sha-256',
      digest: createHash('sha256').update(bytes).digest('base64url'),
      length: bytes.length,
      type: 'text/plain',
      subject: 'text',
    },
    ...claims,
  })
}

/** Proof that `signer` holds the key that an issuer publishes. */
export const signProof = (
  signer: Signer,
  iss: string,
  { header = {}, ...claims }: { aud?: string; iat?: number; header?: object } = {},
): Promise<string> =>
  signer.sign(
    { iss, aud: PUBLIC_URL, iat: secondsNow(), ...claims },
    { typ: 'key-proof+jwt', ...header },
  )
