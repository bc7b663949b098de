import type { Fetch } from '../platform.ts'
import { decodeBase64url, encodeUtf8 } from '../receipt/bytes.ts'
import { parseReceiptId } from '../receipt/id.ts'
import type { Evidence } from '../receipt/evidence.ts'
import { judge, readLogCode, type Judgement } from '../receipt/judge.ts'
import { readReceipt } from '../receipt/receipt.ts'
import type { Check, ReceiptClaims, Report, Verdict } from '../receipt/report.ts'
import { CounterfoilError } from '../errors.ts'
import {
  checkSignature,
  createSources,
  type PortalReport,
  type ReceiptSources,
} from './receipt-sources.ts'

/** A receipt with the caller's own verdict and the portal's report. */
export interface CheckedReceipt {
  receiptId: string
  /**
   * Computed here, from the receipt's bytes, the issuer's published keys, and the given content.
   */
  verdict: Verdict
  /** Null: the receipt or its key is missing. */
  signatureValid: boolean | null
  /** Null: no content was given, or the comparison needs the key in the link. */
  contentMatches: boolean | null
  checks: Omit<Check, 'message'>[]
  /** The compact JWS; null if the portal does not have the receipt. */
  receipt: string | null
  /** Null unless the signature is good and the receipt has the requested id. */
  claims: ReceiptClaims | null
  /** The portal's own report, unchanged and not verified; null if the portal has none. */
  report: Report | null
  /**
   * Whether the portal's report agrees with the check without the content. `disagrees` is an alarm,
   * because the portal is broken or lies. `unable`: a fact that the portal used can't be fetched
   * here.
   */
  opinion: 'agrees' | 'disagrees' | 'unable'
}

/** The content for the comparison. Without `content`, only the receipt itself is verified. */
export interface VerifyOptions {
  /** The content that you have: text, or the exact bytes. */
  content?: string | Uint8Array | undefined
  /** The key of a keyed digest, from the link after `#k=`. A link as `receipt` holds it already. */
  secret?: string | undefined
}

/**
 * Fetches a receipt with its issuer's keys, and verifies it here, without an API key. `receipt` is
 * a verify link, or an id together with `portal`. A bad or missing receipt is a verdict, not an
 * error. Throws `invalid_option`, `portal_unreachable` or `portal_refused`.
 *
 * @example
 * const { verdict } = await verifyReceipt({ receipt: 'https://receipts.example/r/rec_…', content: text })
 * if (verdict !== 'valid') …
 */
export async function verifyReceipt(
  options: VerifyOptions & {
    receipt: string
    portal?: string | undefined
    fetch?: Fetch | undefined
    /** Milliseconds since 1970. */
    now?: (() => number) | undefined
  },
): Promise<CheckedReceipt> {
  const named = readName(options.receipt, options.portal)
  const send: Fetch = options.fetch ?? ((...given) => fetch(...given))
  return check(createSources(named.portal, send), named.receiptId, (options.now ?? Date.now)(), {
    content: options.content,
    secret: options.secret ?? named.secret,
  })
}

const invalid = (why: string): CounterfoilError => new CounterfoilError('invalid_option', why)

/**
 * Reads `rec_…`, or a link that ends with it. Throws for a link to another portal than `portal`.
 */
function readName(
  given: string,
  portal: string | undefined,
): { receiptId: string; portal: string; secret: string | undefined } {
  const home = portal?.replace(/\/+$/, '')
  if (parseReceiptId(given) !== null) {
    if (home === undefined) throw invalid('An id says nothing of its portal: give `portal` too.')
    return { receiptId: given, portal: home, secret: undefined }
  }
  const url = URL.canParse(given) ? new URL(given) : null
  const [, prefix, id] = /^(.*)\/r\/([^/]+)$/.exec(url?.pathname ?? '') ?? []
  if (url === null || !/^https?:$/.test(url.protocol) || parseReceiptId(id ?? '') === null)
    throw invalid('A receipt is named by its id (rec_ and 32 characters) or its verify link.')
  const origin = `${url.origin}${prefix!}`
  if (home !== undefined && home !== origin)
    throw invalid(`This link leads to ${origin}, not to the portal ${home}.`)
  const secret = new URLSearchParams(url.hash.slice(1)).get('k') ?? undefined
  return { receiptId: id!, portal: origin, secret }
}

async function check(
  sources: ReceiptSources,
  receiptId: string,
  now: number,
  given: VerifyOptions,
): Promise<CheckedReceipt> {
  const [jws, said] = await Promise.all([
    sources.fetchReceipt(receiptId),
    sources.fetchReport(receiptId),
  ])
  const evidence = await gatherEvidence(sources, { receiptId, now, jws, said })
  // The comparison leaves the content out, because the portal has not seen it either.
  const opinion = compareOpinions(judge(evidence), said)
  const judgement = judge({ ...evidence, given: readGiven(given) })
  const { outcomes, verdict } = judgement
  const { signature, content, id } = outcomes
  const isGood = signature === 'signature_good' && id === 'id_matches'
  const { reading } = evidence
  return {
    receiptId,
    verdict,
    signatureValid:
      signature === 'signature_good' ? true : signature === 'signature_bad' ? false : null,
    contentMatches:
      content === 'content_exact' || content === 'content_repaired'
        ? true
        : content === 'content_differs'
          ? false
          : null,
    checks: judgement.checks,
    receipt: jws,
    claims: isGood && reading?.ok === true ? reading.receipt.claims : null,
    report: said?.report ?? null,
    opinion,
  }
}

function readGiven({ content, secret }: VerifyOptions): Evidence['given'] {
  if (content === undefined) return null
  const bytes = typeof content === 'string' ? encodeUtf8(content) : content
  const key = secret === undefined ? null : decodeBase64url(secret)
  if (secret !== undefined && key?.length !== 32)
    throw invalid('The secret is not 32 bytes in base64url: it was damaged on its way.')
  return { content: bytes, ...(key === null ? {} : { secret: key }) }
}

/**
 * Takes from the portal's report only the facts that no other source has: arrival and revocation.
 */
async function gatherEvidence(
  sources: ReceiptSources,
  known: { receiptId: string; now: number; jws: string | null; said: PortalReport | null },
): Promise<Evidence> {
  const { jws, said, receiptId } = known
  const reading = jws === null ? null : readReceipt(jws)
  const base: Evidence = {
    now: known.now,
    reading,
    idExpected: receiptId,
    key: { from: 'none' },
    signature: 'not-checked',
    issuerName: null,
    domainVerified: false,
    receivedAt: said?.receivedAt ?? null,
    revocation: said?.revocation ?? null,
    storedContent: { state: 'none' },
    log: readLogCode(said?.codes.get('log')?.code),
    given: null,
  }
  if (reading?.ok !== true) return base
  const [key, storedContent] = await Promise.all([
    checkSignature(sources, reading.receipt),
    findStored(sources, receiptId, said),
  ])
  return { ...base, ...key, storedContent }
}

async function findStored(
  sources: ReceiptSources,
  receiptId: string,
  said: PortalReport | null,
): Promise<Evidence['storedContent']> {
  if (said?.report.contentAvailable === true) {
    const bytes = await sources.fetchContent(receiptId)
    return bytes === null ? { state: 'unreachable' } : { state: 'stored', bytes }
  }
  const code = said?.codes.get('stored_content')?.code
  return code === 'content_erased' ? { state: 'erased' } : { state: 'none' }
}

function compareOpinions(
  { verdict, checks }: Judgement,
  said: PortalReport | null,
): CheckedReceipt['opinion'] {
  if (verdict === (said?.report.verdict ?? 'not-found')) return 'agrees'
  const differing = checks.filter(({ check, status }) => {
    const theirs = said?.codes.get(check)?.status
    return theirs !== undefined && theirs !== status
  })
  // A check that failed here is an alarm, even if another check could not be made.
  if (differing.some(({ status }) => status === 'fail')) return 'disagrees'
  return differing.some(({ status }) => status === 'not-checked') && verdict === 'cannot-check'
    ? 'unable'
    : 'disagrees'
}
