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

/**
 * A key proof is a short-lived compact JWS: the owner of a signing key shows with it that the owner
 * holds the private half. Its bytes, on one line:
 *
 * ```key-proof
 * eyJhbGciOiJFZDI1NTE5Iiwia2lkIjoiQ19nUlBhUWdJSzEzSU9FY1c4N3loMWk3UXNGeTVnSzRhQTVvdGFRLU1rNCIs
 * InR5cCI6ImtleS1wcm9vZitqd3QifQ.eyJpc3MiOiJhY21lIiwiYXVkIjoiaHR0cHM6Ly9yZWNlaXB0cy5leGFtcGxlI
 * iwiaWF0IjoxNzYyMTc4NTIwfQ.qGHhU0t9zNZp8ZAvwrttV8RsucgeBkdT1I431soe-tKjIzqtGI8ahD_mOnt9V2Rsm-
 * R_bzqzsSKKT21wagTkAA
 * ```
 *
 * Its header and its claims, decoded:
 *
 * ```key-proof-header
 * {"alg":"Ed25519","kid":"C_gRPaQgIK13IOEcW87yh1i7QsFy5gK4aA5otaQ-Mk4","typ":"key-proof+jwt"}
 * ```
 *
 * ```key-proof-claims
 * {"iss":"acme","aud":"https://receipts.example","iat":1762178520}
 * ```
 */
export interface KeyProof {
  header: { alg: 'Ed25519' | 'EdDSA'; kid: string; typ: 'key-proof+jwt' }
  /**
   * `iss` is the issuer's slug, `aud` the portal's public address, `iat` whole seconds since 1970.
   */
  claims: { iss: string; aud: string; iat: number }
  /** 64 bytes, not verified yet. */
  signature: Uint8Array
  /** The bytes under the signature: the first two parts with their dot. */
  signingInput: Uint8Array
}

/** The key proof, or one sentence that says why the text is none. */
export type KeyProofReading = { ok: true; proof: KeyProof } | { ok: false; message: string }

/**
 * Reads the form of a key proof, at most 4,096 bytes. The caller checks signature, address and
 * time. The proof has a `typ` of its own, so that nobody can pass off a receipt as a proof or the
 * reverse. Never throws.
 */
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
