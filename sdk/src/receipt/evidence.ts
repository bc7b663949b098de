import type { ContentMatch } from './content.ts'
import type { Reading } from './receipt.ts'

/** The facts about the key that `iss` and `kid` name. Times in milliseconds since 1970. */
export type KeyEvidence =
  | { from: 'portal'; state: 'active' }
  | { from: 'portal'; state: 'retired'; retiredAt: number }
  | {
      from: 'portal'
      state: 'revoked'
      revokedAt: number
      compromisedSince: number | null
      reason: string | null
    }
  /** The key is admitted, and its thumbprint is `kid`, but the portal does not publish it. */
  | { from: 'bundle' }
  /** The portal publishes no key for this (`iss`, `kid`). */
  | { from: 'none' }
  /** The key is unknown, because the database or the portal did not answer. */
  | { from: 'unreachable' }

/**
 * Everything on which a verdict depends: the caller gathers it, because the core has no clock and
 * no network. Times in milliseconds since 1970. `unreachable`: the caller asked and had no answer.
 */
export interface Evidence {
  now: number
  /** Null: the portal holds no receipt under the id. */
  reading: Reading | null
  /** The id in the question; null where the question is the receipt itself. */
  idExpected: string | null
  key: KeyEvidence
  /** Against `key`. */
  signature: 'good' | 'bad' | 'not-checked' | 'engines-disagree'
  issuerName: string | null
  domainVerified: boolean
  /** Null: the portal does not store the receipt. */
  receivedAt: number | null | 'unreachable'
  revocation: { revokedAt: number; reason: string } | null | 'unreachable'
  storedContent:
    | { state: 'stored'; bytes: Uint8Array }
    | { state: 'none' }
    | { state: 'erased' }
    | { state: 'unreachable' }
  /** The portal's word about its public log. Null: nobody asked, or the word is a newer one. */
  log: 'off' | 'pending' | null
  /**
   * The reader's own copy, with the 32-byte secret of a keyed digest; or its SHA-256 digest; or, if
   * the caller has compared the copy already, the finding and the copy's length in bytes.
   */
  given:
    | { content: Uint8Array; secret?: Uint8Array }
    | { digest: Uint8Array }
    | { found: ContentMatch; length: number }
    | null
}
