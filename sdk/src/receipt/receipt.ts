import { checkClaims } from './claims.ts'
import { sha256, type Sha256 } from './bytes.ts'
import { receiptIdOf } from './id.ts'
import { readJws } from './jws.ts'
import type { ReceiptClaims, ReceiptHeader } from './report.ts'
import { attempt, readBytes32, readChoice, readMembers, type MalformedReason } from './shape.ts'

export type { MalformedReason } from './shape.ts'

/** The longest receipt, in bytes of its compact JWS. */
export const RECEIPT_BYTES_MAX = 16_384

/**
 * A receipt is a compact JWS (RFC 7515, section 7.1): header, claims and signature, each in
 * base64url without padding, joined by two dots. Its bytes, on one line:
 *
 * ```receipt
 * eyJhbGciOiJFZDI1NTE5Iiwia2lkIjoiQ19nUlBhUWdJSzEzSU9FY1c4N3loMWk3UXNGeTVnSzRhQTVvdGFRLU1rNCIs
 * InR5cCI6ImFpLXJlY2VpcHQrand0In0.eyJ2IjoxLCJpc3MiOiJhY21lIiwiaWF0IjoxNzYyMTc4NTIwLCJjb250ZW50
 * Ijp7ImFsZyI6InNoYS0yNTYiLCJkaWdlc3QiOiJ5YnBWVi1vSl91LVFBUllFWlhKVm9SWWh3RGEwZ3VqSVgtbG04czhn
 * MExjIiwibGVuZ3RoIjozMiwidHlwZSI6InRleHQvcGxhaW47IGNoYXJzZXQ9dXRmLTgiLCJzdWJqZWN0IjoidGV4dCJ9
 * fQ.2RDKJpg56s30JfsXGLm5VUfG2iV1spXjuDS2HA2bSXCKDSpEwz3fjY6PZnDTAa5ANFFQyaa-DSc2OZ09fRirCw
 * ```
 *
 * `ReceiptHeader` and `ReceiptClaims` draw the decoded parts, `receiptIdOf` draws the id.
 */
export interface ParsedReceipt {
  /** The receipt as it arrived. */
  jws: string
  header: ReceiptHeader
  claims: ReceiptClaims
  /** 64 bytes, not verified yet. */
  signature: Uint8Array
  /** The bytes under the signature: the first two parts with their dot. */
  signingInput: Uint8Array
  /** SHA-256 over the whole JWS, 32 bytes. */
  digest: Uint8Array
  /** `rec_` and 32 characters, from the first 20 bytes of `digest`. */
  receiptId: string
}

/**
 * The receipt, or the first reason why the text is malformed: one English sentence and its place.
 */
export type Reading =
  | { ok: true; receipt: ParsedReceipt }
  | { ok: false; reason: MalformedReason; message: string; pointer: string }

/**
 * Reads a receipt of at most `RECEIPT_BYTES_MAX` bytes and checks its form only: `verifySignature`
 * checks the signature. `pointer` is the place of the fault in the manner of RFC 6901:
 * '/header/kid', '/claims/content/digest', '/signature', or '' for the whole. Never throws.
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
        // The two checks above have seen each member, so the types hold.
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
 * The header has exactly three members. A key in the header (`jwk`, `x5c`), or an address of a key
 * (`jku`, `x5u`), would let a forger choose the key that judges the forgery.
 */
function checkHeader(value: unknown): void {
  const header = readMembers(value, '/header', ['alg', 'kid', 'typ'])
  readChoice(header.alg, '/header/alg', ['Ed25519', 'EdDSA'])
  readBytes32(header.kid, '/header/kid')
  readChoice(header.typ, '/header/typ', ['ai-receipt+jwt'])
}
