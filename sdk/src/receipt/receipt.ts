import { checkClaims } from './claims.ts'
import { sha256 } from '@noble/hashes/sha2.js'
import type { Sha256 } from './bytes.ts'
import { receiptIdOf } from './id.ts'
import { readJws } from './jws.ts'
import type { ReceiptClaims, ReceiptHeader } from './report.ts'
import { attempt, readBytes32, readChoice, readMembers, type MalformedReason } from './shape.ts'

export type { MalformedReason } from './shape.ts'

export const RECEIPT_BYTES_MAX = 16_384

export interface ParsedReceipt {
  jws: string
  header: ReceiptHeader
  claims: ReceiptClaims
  /** 64 bytes. */
  signature: Uint8Array
  /** The bytes that were signed: the first two parts with their dot. */
  signingInput: Uint8Array
  /** SHA-256 over the whole JWS, 32 bytes. */
  digest: Uint8Array
  receiptId: string
}

export type Reading =
  | { ok: true; receipt: ParsedReceipt }
  | { ok: false; reason: MalformedReason; message: string; pointer: string }

/**
 * Reads a receipt and checks its form, nothing else: whether the signature is good is another
 * question. `pointer` says where: '/header/kid', '/claims/content/digest', '/signature', or ''.
 */
export function readReceipt(jws: string, hash: Sha256 = sha256): Reading {
  return attempt<Reading, Reading>(
    () => {
      const parts = readJws(jws, RECEIPT_BYTES_MAX)
      checkHeader(parts.header)
      checkClaims(parts.claims)
      const digest = hash(parts.bytes)
      const receipt: ParsedReceipt = {
        jws,
        // Checked member by member just above, so the types hold.
        header: parts.header as unknown as ReceiptHeader,
        claims: parts.claims as unknown as ReceiptClaims,
        signature: parts.signature,
        signingInput: parts.signingInput,
        digest,
        receiptId: receiptIdOf(digest),
      }
      return { ok: true, receipt }
    },
    ({ reason, message, pointer }) => ({ ok: false, reason, message, pointer }),
  )
}

/**
 * Exactly three members. A key that a receipt brings along (`jwk`, `x5c`), or a place to fetch one
 * from (`jku`, `x5u`), would let the forger choose the key that judges the forgery.
 */
function checkHeader(value: unknown): void {
  const header = readMembers(value, '/header', ['alg', 'kid', 'typ'])
  readChoice(header.alg, '/header/alg', ['Ed25519', 'EdDSA'])
  readBytes32(header.kid, '/header/kid')
  readChoice(header.typ, '/header/typ', ['ai-receipt+jwt'])
}
