import { readJws } from './jws.ts'
import {
  attempt,
  readBytes32,
  readChoice,
  readInteger,
  readMembers,
  readSlug,
  readText,
} from './shape.ts'

const KEY_PROOF_BYTES_MAX = 4_096

/** A short-lived JWS by which somebody shows that they hold the private key they publish. */
export interface KeyProof {
  header: { alg: 'Ed25519' | 'EdDSA'; kid: string; typ: 'key-proof+jwt' }
  /** `aud` is the portal's public address; `iat` is in whole seconds since 1970. */
  claims: { iss: string; aud: string; iat: number }
  signature: Uint8Array
  signingInput: Uint8Array
}

export type KeyProofReading = { ok: true; proof: KeyProof } | { ok: false; message: string }

/** Its own `typ`, so that no receipt can be passed off as a proof and no proof as a receipt. */
export function readKeyProof(jws: string): KeyProofReading {
  return attempt<KeyProofReading, KeyProofReading>(
    () => {
      const { header, claims, signature, signingInput } = readJws(jws, KEY_PROOF_BYTES_MAX)
      const head = readMembers(header, '/header', ['alg', 'kid', 'typ'])
      readBytes32(head.kid, '/header/kid')
      const body = readMembers(claims, '/claims', ['iss', 'aud', 'iat'])
      return {
        ok: true,
        proof: {
          header: {
            alg: readChoice(head.alg, '/header/alg', ['Ed25519', 'EdDSA']),
            kid: head.kid as string,
            typ: readChoice(head.typ, '/header/typ', ['key-proof+jwt']),
          },
          claims: {
            iss: readSlug(body.iss, '/claims/iss'),
            aud: readText(body.aud, '/claims/aud', 2_048),
            iat: readInteger(body.iat, '/claims/iat'),
          },
          signature,
          signingInput,
        },
      }
    },
    ({ message }) => ({ ok: false, message }),
  )
}
