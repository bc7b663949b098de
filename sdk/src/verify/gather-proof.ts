import { decodeBase64url, encodeUtf8 } from '../receipt/bytes.ts'
import type { Evidence } from '../receipt/evidence.ts'
import { judge, type Judgement } from '../receipt/judge.ts'
import { readReceipt, type ParsedReceipt } from '../receipt/receipt.ts'
import { checkSignature, createSources } from './receipt-sources.ts'

/** The place of a receipt, from its verify link. */
export interface ReceiptPlace {
  portal: string
  receiptId: string
  /** The key in the link's fragment, which a browser sends to no server. */
  secret: Uint8Array | null
}

/** A fetched receipt and its judgement. `parsed` is null for a malformed receipt. */
export interface Proof {
  jws: string
  parsed: ParsedReceipt | null
  judgement: Judgement
}

/** Reads a verify link. Null for any other link, and for a link to another receipt. */
export function readVerifyUrl(verifyUrl: string, receiptId: string): ReceiptPlace | null {
  const url = URL.canParse(verifyUrl) ? new URL(verifyUrl) : null
  // A shown link must not be a script, and a fetched link must not be a file.
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '') return null
  const end = `/r/${receiptId}`
  if (!/^rec_[0-9a-hjkmnp-tv-z]{32}$/.test(receiptId) || !url.pathname.endsWith(end)) return null
  const key = /^#k=([A-Za-z0-9_-]{43})$/.exec(url.hash)?.[1]
  return {
    portal: url.origin + url.pathname.slice(0, -end.length),
    receiptId,
    secret: key === undefined ? null : decodeBase64url(key),
  }
}

/**
 * Fetches a receipt with its issuer's keys, and judges it with the core against the seen text.
 * Null: the portal does not have the receipt yet. Rejects if the portal can't be reached.
 */
export async function gatherProof(
  place: ReceiptPlace,
  seen: string,
  send: typeof fetch,
  now: number,
): Promise<Proof | null> {
  // A check must not tell the portal which reader read the answer, and on which page.
  const sources = createSources(place.portal, (url, init) =>
    send(url, { ...init, credentials: 'omit', referrerPolicy: 'no-referrer' }),
  )
  const [jws, said] = await Promise.all([
    sources.fetchReceipt(place.receiptId),
    sources.fetchReport(place.receiptId),
  ])
  if (jws === null || said === null) return null
  const reading = readReceipt(jws)
  const evidence: Evidence = {
    now,
    reading,
    idExpected: place.receiptId,
    key: { from: 'none' },
    signature: 'not-checked',
    issuerName: null,
    domainVerified: false,
    receivedAt: said.receivedAt,
    revocation: said.revocation,
    storedContent: { state: 'none' },
    log: null,
    given: {
      content: encodeUtf8(seen),
      ...(place.secret === null ? {} : { secret: place.secret }),
    },
  }
  if (!reading.ok) return { jws, parsed: null, judgement: judge(evidence) }
  const parsed = reading.receipt
  // The receipt is known already, so unreachable keys give a verdict and not an error.
  const found = await checkSignature(sources, parsed).catch((): Partial<Evidence> => ({
    key: { from: 'unreachable' },
  }))
  return { jws, parsed, judgement: judge({ ...evidence, ...found }) }
}
