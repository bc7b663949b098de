import { decodeBase64url, encodeUtf8 } from './receipt/bytes.ts'
import { judge, type Evidence, type Judgement, type KeyEvidence } from './receipt/judge.ts'
import { admitKey, thumbprint } from './receipt/key.ts'
import { verifySignature } from './receipt/ed25519.ts'
import { readReceipt, type ParsedReceipt } from './receipt/receipt.ts'
import type { Report } from './receipt/report.ts'

/** An issuer's answer, as far as it is needed here. */
interface IssuerAnswer {
  name: string
  domainVerified: boolean
  keys: {
    kid: string
    jwk: { x: string }
    state: 'active' | 'retired' | 'revoked'
    retiredAt: string | null
    revokedAt: string | null
    compromisedSince: string | null
    reason: string | null
  }[]
}

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
  const path = `${place.portal}/v1/receipts/${place.receiptId}`
  const [jws, report] = await Promise.all([
    ask(send, `${path}/receipt`),
    ask(send, path).then((text) => (text === null ? null : (JSON.parse(text) as Report))),
  ])
  if (jws === null || report === null) return null
  const reading = readReceipt(jws)
  const evidence: Evidence = {
    now,
    reading,
    idExpected: place.receiptId,
    key: { from: 'none' },
    signature: 'not-checked',
    issuerName: null,
    domainVerified: false,
    receivedAt: toTime(report.receivedAt),
    revocation: report.revocation && {
      ...report.revocation,
      revokedAt: Date.parse(report.revocation.revokedAt),
    },
    storedContent: { state: 'none' },
    given: {
      content: encodeUtf8(seen),
      ...(place.secret === null ? {} : { secret: place.secret }),
    },
  }
  if (!reading.ok) return { jws, parsed: null, judgement: judge(evidence) }
  const parsed = reading.receipt
  const issuer = await findIssuer(send, place.portal, parsed.claims.iss)
  const checked = { ...evidence, ...checkSignature(parsed, issuer) }
  return { jws, parsed, judgement: judge(checked) }
}

/** The body of a public answer; null where there is nothing under this address. */
async function ask(send: typeof fetch, url: string): Promise<string | null> {
  const response = await send(url, {
    // Nobody is to learn from a receipt's check who read what, and where.
    credentials: 'omit',
    referrerPolicy: 'no-referrer',
    signal: AbortSignal.timeout(15_000),
  })
  if (response.status === 404) return null
  if (!response.ok) throw new Error(`The portal answered ${response.status}`)
  return response.text()
}

/** Null: unknown there. */
async function findIssuer(
  send: typeof fetch,
  portal: string,
  slug: string,
): Promise<IssuerAnswer | null | 'unreachable'> {
  try {
    const text = await ask(send, `${portal}/v1/issuers/${slug}`)
    return text === null ? null : (JSON.parse(text) as IssuerAnswer)
  } catch {
    return 'unreachable'
  }
}

/** Only a key that is published, admitted, and named by the receipt's `kid`, judges its signature. */
function checkSignature(
  receipt: ParsedReceipt,
  issuer: IssuerAnswer | null | 'unreachable',
): Partial<Evidence> {
  if (issuer === 'unreachable') return { key: { from: 'unreachable' } }
  const published = issuer?.keys.find(({ kid }) => kid === receipt.header.kid)
  const publicKey = published ? decodeBase64url(published.jwk.x) : null
  if (issuer === null || published === undefined || publicKey === null) return {}
  if (!admitKey(publicKey).ok || thumbprint(publicKey) !== receipt.header.kid) return {}
  const isGood = verifySignature(publicKey, receipt.signingInput, receipt.signature)
  return {
    key: keyEvidence(published),
    signature: isGood ? 'good' : 'bad',
    issuerName: issuer.name,
    domainVerified: issuer.domainVerified,
  }
}

function keyEvidence(key: IssuerAnswer['keys'][number]): KeyEvidence {
  const { state, reason } = key
  if (state === 'active') return { from: 'portal', state }
  if (state === 'retired') return { from: 'portal', state, retiredAt: toTime(key.retiredAt) ?? 0 }
  const compromisedSince = toTime(key.compromisedSince)
  const revokedAt = toTime(key.revokedAt) ?? 0
  return { from: 'portal', state: 'revoked', revokedAt, compromisedSince, reason }
}

const toTime = (text: string | null): number | null => (text === null ? null : Date.parse(text))
