import { encodeBase64url, encodeUtf8 } from '../receipt/bytes.ts'
import { readKeyProof } from '../receipt/key-proof.ts'
import { asError, CounterfoilError } from '../errors.ts'
import type { KeyProof, ProveKeyOptions } from './prove-key.ts'
import { composeSigningInput } from './signing-input.ts'
import { readSigningKey } from './signing-key.ts'

/** Signs the proof, and reads it back. Throws as `proveKey`. */
export async function composeKeyProof(options: ProveKeyOptions): Promise<KeyProof> {
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
