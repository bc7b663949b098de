import { gatherProof, readVerifyUrl, type Proof, type ReceiptPlace } from './gather-proof.ts'
import type { ReceiptClaims, Verdict } from '../receipt/report.ts'

/**
 * The result of the reader's own check:
 *
 * - `sent`: the answer named a receipt, which is being checked;
 * - `pending`: the portal does not have the receipt yet; check again later;
 * - `verified`: the receipt is the issuer's, for exactly the text that arrived here;
 * - `differs`: the receipt is the issuer's, but for another text;
 * - `invalid`: bad signature, another receipt under the link, unknown issuer or key, or revoked;
 *   see `verdict`;
 * - `unreachable`: the portal, or the issuer's keys, could not be fetched;
 * - `not-checkable`: the receipt is for other content, such as a message with its tool calls;
 * - `none`: the answer has no receipt; see `error`.
 */
export type ReceiptState =
  'sent' | 'pending' | 'verified' | 'differs' | 'invalid' | 'unreachable' | 'not-checkable' | 'none'

/** A receipt with the result of the reader's own check. Unknown and unproven values are null. */
export interface ReadReceipt {
  state: ReceiptState
  receiptId: string | null
  /** The verify link. It is safe to show, because it is http or https. */
  verifyUrl: string | null
  /** The compact JWS. */
  receipt: string | null
  /** The claims; null unless the signature proves them. */
  claims: ReceiptClaims | null
  /** The issuer's name in the portal; null if `claims` is null. */
  issuerName: string | null
  /** Whether the signed digest is the digest of the text that arrived here. */
  matches: boolean
  verdict: Verdict | null
  /**
   * For `none`: `cap_exceeded`, `not_signed`, `cut_off` (the stream ended before its receipt) or
   * `other_portal` (the receipt is not of the portal in `CheckOptions`).
   */
  error: string | null
}

/** The options of `checkReceipt`. */
export interface CheckOptions {
  /** Only receipts of this portal are fetched and believed; without it, those of any portal. */
  portal?: string | undefined
  /**
   * The pauses between attempts, in milliseconds, while the portal does not have the receipt or
   * can't be reached. By default five pauses, about eight seconds in all.
   */
  retryDelays?: readonly number[] | undefined
  fetch?: typeof fetch | undefined
  /** Milliseconds since 1970. */
  now?: (() => number) | undefined
  /** Ends the waiting; the result of the last attempt stays. */
  signal?: AbortSignal | undefined
}

/** About eight seconds in all, because a service signs and sends in much less. */
const RETRY_DELAYS = [250, 500, 1_000, 2_000, 4_000]

const NOTHING: Omit<ReadReceipt, 'state'> = {
  receiptId: null,
  verifyUrl: null,
  receipt: null,
  claims: null,
  issuerName: null,
  matches: false,
  verdict: null,
  error: null,
}

/** The result for an answer without a receipt. */
export const noReceipt = (error: string): ReadReceipt => ({ ...NOTHING, state: 'none', error })

/** A named receipt before its check; `none` for an unusable link. */
export function namedReceipt(
  { receiptId, verifyUrl }: { receiptId: string; verifyUrl: string },
  portal?: string,
): ReadReceipt {
  const place = readVerifyUrl(verifyUrl, receiptId)
  if (place === null) return noReceipt('not_signed')
  // The portal decides which issuers and keys are known, so only the expected portal is believed.
  if (portal !== undefined && place.portal !== portal.replace(/\/+$/, ''))
    return noReceipt('other_portal')
  return { ...NOTHING, state: 'sent', receiptId, verifyUrl }
}

/**
 * Checks a receipt against the text that arrived here: the id against the receipt's bytes, the
 * signed digest against the text, and the signature against the issuer's published keys. Never
 * rejects. After `pending` and `unreachable`, check again later.
 *
 * @example
 * const { state } = await checkReceipt({ receiptId, verifyUrl }, text)
 */
export async function checkReceipt(
  named: { receiptId: string; verifyUrl: string },
  seen: string,
  options: CheckOptions = {},
): Promise<ReadReceipt> {
  const sent = namedReceipt(named, options.portal)
  const place = readVerifyUrl(named.verifyUrl, named.receiptId)
  if (sent.state === 'none' || place === null) return sent
  let known: ReadReceipt = sent
  for (const delay of [...(options.retryDelays ?? RETRY_DELAYS), null]) {
    known = { ...sent, ...(await attempt(place, seen, options)) }
    if (known.state !== 'pending' && known.state !== 'unreachable') return known
    if (delay === null || options.signal?.aborted === true) return known
    await pause(delay, options.signal)
  }
  return known
}

async function attempt(
  place: ReceiptPlace,
  seen: string,
  { fetch: given, now = Date.now }: CheckOptions,
): Promise<Partial<ReadReceipt>> {
  try {
    // The `fetch` of some platforms throws if it is called as a method of another object.
    const send: typeof fetch = given ?? ((...call) => fetch(...call))
    const proof = await gatherProof(place, seen, send, now())
    return proof === null ? { state: 'pending' } : readProof(proof)
  } catch {
    return { state: 'unreachable' }
  }
}

function readProof({ jws, parsed, judgement }: Proof): Partial<ReadReceipt> {
  const { outcomes, verdict, facts } = judgement
  const state = stateOf(judgement, parsed?.claims.content.subject === 'text')
  const isProven = outcomes.signature === 'signature_good' && verdict !== 'invalid'
  return {
    state,
    receipt: jws,
    claims: isProven ? (parsed?.claims ?? null) : null,
    issuerName: isProven ? facts.issuerName : null,
    // Only an exact match counts: repairs are for pasted text, and this text arrived by itself.
    matches: outcomes.content === 'content_exact',
    verdict,
  }
}

function stateOf({ verdict, outcomes }: Proof['judgement'], isText: boolean): ReceiptState {
  if (verdict === 'cannot-check') return 'unreachable'
  if (verdict === 'invalid' || verdict === 'revoked' || verdict === 'unknown-issuer')
    return 'invalid'
  if (!isText || outcomes.content === 'content_not_checkable') return 'not-checkable'
  return outcomes.content === 'content_exact' ? 'verified' : 'differs'
}

const pause = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(done, ms)
    signal?.addEventListener('abort', done, { once: true })
    function done(): void {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
  })
