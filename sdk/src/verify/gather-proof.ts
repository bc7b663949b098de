import { decodeBase64url, encodeUtf8 } from '../receipt/bytes.ts'
import { judge, type Evidence, type Judgement } from '../receipt/judge.ts'
import { readReceipt, type ParsedReceipt } from '../receipt/receipt.ts'
import { checkSignature, createSources } from './receipt-sources.ts'

/** Where a receipt is, as its verify link says. */
export interface ReceiptPlace {
  portal: string
  receiptId: string
  /** From the link's fragment, which was sent to nobody. */
  secret: Uint8Array | null
}

export interface Proof {
  jws: string
  parsed: ParsedReceipt | null
  judgement: Judgement
}

/** Reads a verify link; null for anything else, and for a link to another receipt. */
export function readVerifyUrl(verifyUrl: string, receiptId: string): ReceiptPlace | null {
  const url = URL.canParse(verifyUrl) ? new URL(verifyUrl) : null
  // A link that is shown must not be a script, and one that is fetched must not be a file.
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
 * Fetches a receipt and all it needs and judges it by the core, against the text that was seen.
 * Null: the portal has no such receipt yet. Throws where the portal can't be reached.
 */
export async function gatherProof(
  place: ReceiptPlace,
  seen: string,
  send: typeof fetch,
  now: number,
): Promise<Proof | null> {
  // Nobody is to learn from a receipt's check who read what, and where.
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
    given: {
      content: encodeUtf8(seen),
      ...(place.secret === null ? {} : { secret: place.secret }),
    },
  }
  if (!reading.ok) return { jws, parsed: null, judgement: judge(evidence) }
  const parsed = reading.receipt
  // The receipt is there already: without its issuer's keys it can't be checked, and that is said.
  const found = await checkSignature(sources, parsed).catch((): Partial<Evidence> => ({
    key: { from: 'unreachable' },
  }))
  return { jws, parsed, judgement: judge({ ...evidence, ...found }) }
}
