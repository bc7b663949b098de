import { gatherProof, readVerifyUrl, type Proof, type ReceiptPlace } from './gather-proof.ts'
import type { ReceiptClaims, Verdict } from '../receipt/report.ts'

/**
 * What this side found out by itself:
 *
 * - `sent`: the receipt is named, and being checked;
 * - `pending`: the portal has none under its link yet; it may come later, so ask again;
 * - `verified`: it is the issuer's receipt for exactly the text that was seen here;
 * - `differs`: it is a receipt, but not for the text that was seen here;
 * - `invalid`: bad signature, another receipt under the link, unknown or withdrawn; see `verdict`;
 * - `unreachable`: the portal, or the issuer's keys, could not be had;
 * - `not-checkable`: it is for something other than the text, a message with its tool calls perhaps;
 * - `none`: the answer has no receipt; see `error`.
 */
export type ReceiptState =
  'sent' | 'pending' | 'verified' | 'differs' | 'invalid' | 'unreachable' | 'not-checkable' | 'none'

/** A receipt as this side found it. What is not known, or not proven, is null. */
export interface ReadReceipt {
  state: ReceiptState
  receiptId: string | null
  /** Safe to show as a link: it is http or https. */
  verifyUrl: string | null
  /** The compact JWS. */
  receipt: string | null
  /** Null as long as nothing shows that they are the issuer's. */
  claims: ReceiptClaims | null
  /** As the portal knows the issuer; null as `claims`. */
  issuerName: string | null
  /** Whether the signed digest is that of the text seen here. */
  matches: boolean
  verdict: Verdict | null
  /** `none`: `cap_exceeded`, `not_signed`, `cut_off` (the stream ended before it said), `other_portal`. */
  error: string | null
}

/** How a receipt is looked for and judged. */
export interface CheckOptions {
  /** Only receipts of this portal are fetched and believed. Without it: any that the stream names. */
  portal?: string | undefined
  /** Waits between tries while the portal has no receipt yet, in milliseconds. */
  retryDelays?: readonly number[] | undefined
  fetch?: typeof fetch | undefined
  /** Milliseconds since 1970. */
  now?: (() => number) | undefined
  /** Ends the waiting: the result is what was known then. */
  signal?: AbortSignal | undefined
}

/** About eight seconds in all: a service signs and posts in much less. */
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

export const noReceipt = (error: string): ReadReceipt => ({ ...NOTHING, state: 'none', error })

/** A receipt that was named and not checked yet; `none` where its link can't be one. */
export function namedReceipt(
  { receiptId, verifyUrl }: { receiptId: string; verifyUrl: string },
  portal?: string,
): ReadReceipt {
  const place = readVerifyUrl(verifyUrl, receiptId)
  if (place === null) return noReceipt('not_signed')
  // Who names the portal decides what is true there.
  if (portal !== undefined && place.portal !== portal.replace(/\/+$/, ''))
    return noReceipt('other_portal')
  return { ...NOTHING, state: 'sent', receiptId, verifyUrl }
}

/**
 * Compares a receipt with the text that was seen: its id with its own digest, its digest with the
 * text, its signature with the issuer's published keys. Never rejects. `pending` and `unreachable`
 * can be asked again later.
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
    // Called on nothing: some platforms' own refuses to be called on another object.
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
    // Not a repaired match: what arrived here was not pasted by anybody.
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
