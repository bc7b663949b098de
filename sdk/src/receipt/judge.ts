import type { Sha256 } from './bytes.ts'
import { checkContent, checkDigest, contentIsExact } from './content.ts'
import type { Repair } from './content.ts'
import type { Evidence } from './evidence.ts'
import type { ParsedReceipt } from './receipt.ts'
import { CHECKS } from './report.ts'
import type { Check, CheckCode, CheckName, CheckStatus, Outcomes, Verdict } from './report.ts'
import { headline } from './verdict.ts'

/** The largest gap between a signer's clock and the portal's, in milliseconds. */
export const CLOCK_GAP_MAX = 600_000

/**
 * The last time that an ECMAScript Date holds, in milliseconds. A signed `iat` may lie beyond it.
 */
const TIME_MAX = 8_640_000_000_000_000

/**
 * The facts behind the sentences. Times in milliseconds since 1970, lengths in bytes. The signed
 * claims are null for an `invalid` receipt, and the issuer's name for a key that is not the
 * portal's.
 */
export interface Facts {
  outcomes: Outcomes
  receiptId: string | null
  issuerName: string | null
  /** The signer's own word; null too where a Date does not reach that far. */
  issuedAt: number | null
  receivedAt: number | null
  key: { retiredAt: number | null; revokedAt: number | null; cut: number | null }
  keyReason: string | null
  revocation: { revokedAt: number; reason: string } | null
  repair: Repair | null
  lengthSigned: number | null
  lengthGiven: number | null
  /** Whether the receipt has the claim `outcome`. */
  outcomeSigned: boolean
  outcomeEnd: string | null
  /** One English sentence: the fault of a malformed receipt, and its place. */
  malformed: string | null
}

/** A verdict with its checks, in the order of `CHECKS`. The checks' sentences come from `Words`. */
export interface Judgement {
  verdict: Verdict
  checks: Omit<Check, 'message'>[]
  outcomes: Outcomes
  facts: Facts
}

/**
 * Makes every check from the evidence, then the verdict from the checks and nothing else (SPEC.md,
 * section 7). Never throws for any receipt. `hash` is a quicker SHA-256 for the content.
 */
export function judge(evidence: Evidence, hash?: Sha256): Judgement {
  const receipt = evidence.reading?.ok ? evidence.reading.receipt : null
  const compared = receipt ? compareGiven(receipt, evidence.given, hash) : null
  const outcomes = receipt
    ? judgeReceipt(evidence, receipt, compared?.code ?? 'content_not_supplied', hash)
    : judgeNothing(evidence)
  const verdict = headline(outcomes)
  const checks = (Object.keys(CHECKS) as CheckName[]).map((check) => {
    const { axis, codes } = CHECKS[check]
    const code: CheckCode = outcomes[check]
    return { axis, check, status: (codes as Record<string, CheckStatus>)[code]!, code }
  })
  const repair = compared?.repair ?? null
  return { verdict, checks, outcomes, facts: gatherFacts(evidence, outcomes, verdict, repair) }
}

/**
 * Without a readable receipt only `format` is checked, and a check that was not made is no pass.
 */
function judgeNothing({ reading, given, log }: Evidence): Outcomes {
  return {
    format: reading === null ? 'not_found' : 'malformed',
    id: 'id_not_checked',
    signature: 'signature_not_checked',
    stored_content: 'stored_content_not_checked',
    content: given === null ? 'content_not_supplied' : 'content_not_checkable',
    outcome: 'outcome_not_checked',
    issuer: 'issuer_not_checked',
    domain: 'domain_not_verified',
    revocation: 'revocation_not_checked',
    signing_key: 'key_not_checked',
    issued_at: 'issued_at_not_checked',
    received: 'received_not_checked',
    log: judgeLog(log),
  }
}

function judgeReceipt(
  evidence: Evidence,
  receipt: ParsedReceipt,
  content: Outcomes['content'],
  hash?: Sha256,
): Outcomes {
  const { key, idExpected } = evidence
  const known = key.from === 'portal'
  return {
    format: 'well_formed',
    id:
      idExpected === null
        ? 'id_not_checked'
        : idExpected === receipt.receiptId
          ? 'id_matches'
          : 'id_mismatch',
    signature: judgeSignature(evidence),
    stored_content: judgeStored(evidence, receipt, hash),
    content,
    outcome: `outcome_${receipt.claims.outcome?.status ?? 'complete'}`,
    issuer: known
      ? 'issuer_known'
      : key.from === 'unreachable'
        ? 'issuer_not_checked'
        : 'issuer_unknown',
    domain: known && evidence.domainVerified ? 'domain_verified' : 'domain_not_verified',
    revocation: judgeRevocation(evidence),
    signing_key: judgeKey(evidence),
    issued_at: judgeIssuedAt(evidence, receipt.claims.iat * 1000),
    received: judgeReceived(evidence),
    log: judgeLog(evidence.log),
  }
}

function judgeSignature({ key, signature }: Evidence): Outcomes['signature'] {
  // A signature can only be checked against a key.
  if (key.from === 'none' || key.from === 'unreachable') return 'signature_not_checked'
  if (signature === 'engines-disagree') return 'engines_disagree'
  if (signature === 'not-checked') return 'signature_not_checked'
  if (signature === 'bad') return 'signature_bad'
  return key.from === 'bundle' ? 'signature_good_bundle_key' : 'signature_good'
}

function judgeStored(
  { storedContent, given }: Evidence,
  { claims }: ParsedReceipt,
  hash?: Sha256,
): Outcomes['stored_content'] {
  if (storedContent.state === 'none') return 'content_not_stored'
  if (storedContent.state === 'erased') return 'content_erased'
  if (storedContent.state === 'unreachable') return 'stored_content_not_checked'
  const secret = given && 'content' in given ? given.secret : undefined
  const exact = contentIsExact(claims.content, storedContent.bytes, secret, hash)
  if (exact === null) return 'stored_content_not_checked'
  return exact ? 'stored_content_matches' : 'stored_content_altered'
}

function compareGiven(
  { claims }: ParsedReceipt,
  given: Evidence['given'],
  hash?: Sha256,
): { code: Outcomes['content']; repair: Repair | null } | null {
  if (given === null) return null
  const found =
    'found' in given
      ? given.found
      : 'digest' in given
        ? checkDigest(claims.content, given.digest)
        : checkContent(claims.content, given.content, given.secret, hash)
  if (found.match === 'repaired') return { code: 'content_repaired', repair: found.repair }
  const codes = {
    exact: 'content_exact',
    differs: 'content_differs',
    'not-checkable': 'content_not_checkable',
  } as const
  return { code: codes[found.match], repair: null }
}

function judgeRevocation({ revocation, key, receivedAt }: Evidence): Outcomes['revocation'] {
  if (revocation === 'unreachable') return 'revocation_not_checked'
  if (revocation !== null) return 'receipt_revoked'
  // An issuer unknown to the portal can't have revoked a receipt that the portal never received.
  const couldBeHere = key.from === 'portal' || receivedAt !== null
  return couldBeHere ? 'not_revoked' : 'revocation_not_checked'
}

function judgeKey({ key, receivedAt }: Evidence): Outcomes['signing_key'] {
  if (key.from !== 'portal') return 'key_not_checked'
  if (key.state === 'active') return 'key_active'
  if (key.state === 'retired') return 'key_retired'
  if (receivedAt === 'unreachable') return 'key_not_checked'
  // Without a time of arrival the receipt may be younger than the theft of its key.
  if (receivedAt === null) return 'key_revoked_before'
  const cut = key.compromisedSince ?? key.revokedAt
  return receivedAt >= cut ? 'key_revoked_before' : 'key_revoked_after'
}

function judgeIssuedAt({ now, receivedAt }: Evidence, issuedAt: number): Outcomes['issued_at'] {
  const reference = typeof receivedAt === 'number' ? receivedAt : now
  if (issuedAt > reference + CLOCK_GAP_MAX) return 'issued_in_future'
  if (receivedAt === 'unreachable') return 'issued_at_not_checked'
  if (receivedAt !== null && issuedAt < receivedAt - CLOCK_GAP_MAX) return 'time_gap'
  return 'issued_at_plausible'
}

function judgeReceived({ key, receivedAt }: Evidence): Outcomes['received'] {
  if (receivedAt === 'unreachable') return 'received_not_checked'
  if (receivedAt !== null) return 'received'
  return key.from === 'portal' && key.state === 'retired' ? 'no_time_evidence' : 'not_logged'
}

const judgeLog = (log: Evidence['log']): Outcomes['log'] =>
  log === null ? 'log_not_checked' : `log_${log}`

/** Reads the portal's word about its log from the code of its own check. */
export const readLogCode = (code: string | undefined): Evidence['log'] =>
  code === 'log_off' ? 'off' : code === 'log_pending' ? 'pending' : null

function gatherFacts(
  evidence: Evidence,
  outcomes: Outcomes,
  verdict: Verdict,
  repair: Repair | null,
): Facts {
  const { reading, key, receivedAt, revocation, given } = evidence
  const receipt = reading?.ok ? reading.receipt : null
  // The claims of an invalid receipt may be a forger's word.
  const claims = receipt !== null && verdict !== 'invalid' ? receipt.claims : null
  const issuedAt = claims ? claims.iat * 1000 : null
  const revoked = key.from === 'portal' && key.state === 'revoked' ? key : null
  const retired = key.from === 'portal' && key.state === 'retired' ? key : null
  return {
    outcomes,
    receiptId: receipt?.receiptId ?? evidence.idExpected,
    issuerName: claims && key.from === 'portal' ? evidence.issuerName : null,
    issuedAt: issuedAt !== null && issuedAt <= TIME_MAX ? issuedAt : null,
    receivedAt: typeof receivedAt === 'number' ? receivedAt : null,
    key: {
      retiredAt: retired?.retiredAt ?? null,
      revokedAt: revoked?.revokedAt ?? null,
      cut: revoked ? (revoked.compromisedSince ?? revoked.revokedAt) : null,
    },
    keyReason: revoked?.reason ?? null,
    revocation: revocation === 'unreachable' ? null : revocation,
    repair,
    lengthSigned: claims?.content.length ?? null,
    lengthGiven:
      given === null || 'digest' in given
        ? null
        : 'found' in given
          ? given.length
          : given.content.length,
    outcomeSigned: claims?.outcome !== undefined,
    outcomeEnd: claims?.outcome?.end ?? null,
    malformed: reading && !reading.ok ? reading.message : null,
  }
}
