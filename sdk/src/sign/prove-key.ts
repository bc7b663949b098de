import type { SigningKey } from './signing-key.ts'

/** The options of `proveKey`. */
export interface ProveKeyOptions {
  /** As in `createCounterfoil`: PEM, JWK, `KeyObject` or a remote signer. */
  signingKey: SigningKey
  /** Your issuer's slug in the portal. */
  issuer: string
  /** The portal's own public address: `https://receipts.example`. */
  portal: string
  /** Milliseconds since 1970. */
  now?: (() => number) | undefined
}

/** The data that publish a signing key. They hold no secret. */
export interface KeyProof {
  /** RFC 7638 thumbprint of the public key: the key's name in the portal and in receipts. */
  kid: string
  /** The public half. */
  jwk: { kty: 'OKP'; crv: 'Ed25519'; x: string }
  /** A compact JWS by the key, with the issuer and the portal. It is good for ten minutes. */
  proof: string
}

/**
 * Makes the proof that publishes a signing key. `POST {portal}/v1/admin/issuers/{issuer}/
 * signing-keys` takes `{ jwk, proof }`, and a form of the portal's console has a field for each. In
 * a shell, `npx counterfoil-proof` does the same.
 *
 * Throws a `CounterfoilError`: `invalid_signing_key`, `signing_failed`, or `invalid_option` for an
 * unusable issuer or portal.
 *
 * @example
 * const { jwk, proof } = await proveKey({
 *   signingKey: readFileSync('signing-key.pem', 'utf8'),
 *   issuer: 'acme',
 *   portal: 'https://receipts.example',
 * })
 */
export async function proveKey(options: ProveKeyOptions): Promise<KeyProof> {
  // Loaded only now, because a program that only signs needs no proof.
  const { composeKeyProof } = await import('./compose-key-proof.ts')
  return composeKeyProof(options)
}
