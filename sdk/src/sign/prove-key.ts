import { encodeBase64url, encodeUtf8 } from '../receipt/bytes.ts'
import { readKeyProof } from '../receipt/key-proof.ts'
import { asError, CounterfoilError } from '../errors.ts'
import { composeSigningInput } from './signing-input.ts'
import { readSigningKey, type SigningKey } from './signing-key.ts'

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
  const signer = readSigningKey(options.signingKey)
  const now = options.now ?? Date.now
  const header = { alg: 'Ed25519', kid: signer.kid, typ: 'key-proof+jwt' }
  const claims = {
    iss: options.issuer,
    // The portal compares this with its own address, which ends in no slash.
    aud: options.portal.replace(/\/+$/, ''),
    iat: Math.floor(now() / 1000),
  }
  const input = composeSigningInput(header, claims)
  let signature: Uint8Array
  try {
    signature = await signer.sign(encodeUtf8(input))
  } catch (thrown) {
    throw asError('signing_failed', 'The signer failed', thrown)
  }
  const proof = `${input}.${encodeBase64url(signature)}`
  // The portal's reader reads the proof back, so that a mistake shows here.
  const reading = readKeyProof(proof)
  if (!reading.ok)
    throw new CounterfoilError(
      'invalid_option',
      `No portal would take this: ${reading.message.replace(/\.?$/, '.')}`,
    )
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: encodeBase64url(signer.publicKey) } as const
  return { kid: signer.kid, jwk, proof }
}
