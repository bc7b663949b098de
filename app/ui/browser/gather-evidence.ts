import { decodeBase64url } from '#receipt/bytes.ts'
import type { BundleKey } from '#receipt/bundle.ts'
import type { Evidence, KeyEvidence } from '#receipt/evidence.ts'
import { readLogCode } from '#receipt/judge.ts'
import { admitKey, thumbprint } from '#receipt/key.ts'
import type { ParsedReceipt, Reading } from '#receipt/receipt.ts'
import type { Check, Report } from '#receipt/report.ts'
import { checkTwice } from './second-engine.ts'

/** The members of the answer of `/v1/issuers/<slug>` that are needed here. */
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

/**
 * For answers that can change. An answer that the browser kept for its ten seconds may be older
 * than the page: without a key published meanwhile, a good receipt would raise an alarm.
 */
export const AS_IT_IS_NOW: RequestInit = { cache: 'no-cache' }

export interface Gathered {
  evidence: Evidence
  twice: boolean
}

export interface Sources {
  now: number
  reading: Reading
  idExpected: string | null
  /** The portal's report on this receipt; null where the portal doesn't hold it. */
  report: Report | null
  /** The portal's checks, also of a receipt that it doesn't hold. */
  checks: readonly Check[]
  storedContent: Evidence['storedContent']
  bundleKeys: readonly BundleKey[]
}

/**
 * Receipt and keys are judged here from their bytes. The portal supplies only the facts that a
 * visitor can't compute: the receipt's arrival, its revocation, and the states of its keys.
 */
export async function gatherEvidence(sources: Sources): Promise<Gathered> {
  const { reading, report } = sources
  const base: Evidence = {
    now: sources.now,
    reading,
    idExpected: sources.idExpected,
    key: { from: 'none' },
    signature: 'not-checked',
    issuerName: null,
    domainVerified: false,
    receivedAt: report?.receivedAt == null ? null : Date.parse(report.receivedAt),
    revocation: report?.revocation
      ? { ...report.revocation, revokedAt: Date.parse(report.revocation.revokedAt) }
      : null,
    storedContent: sources.storedContent,
    log: readLogCode(sources.checks.find(({ check }) => check === 'log')?.code),
    given: null,
  }
  if (!reading.ok) return { evidence: base, twice: false }
  const { receipt } = reading
  const issuer = await fetchIssuer(receipt.claims.iss)
  if (issuer === 'unreachable')
    return { evidence: { ...base, key: { from: 'unreachable' } }, twice: false }
  const found = findKey(receipt, issuer, sources.bundleKeys)
  if (found === null) return { evidence: base, twice: false }
  const { signature, twice } = await checkTwice(found.publicKey, receipt)
  const known = found.key.from === 'portal' ? issuer : null
  const names = { issuerName: known?.name ?? null, domainVerified: known?.domainVerified ?? false }
  return { evidence: { ...base, ...names, key: found.key, signature }, twice }
}

async function fetchIssuer(slug: string): Promise<IssuerAnswer | null | 'unreachable'> {
  try {
    const answer = await fetch(`/v1/issuers/${slug}`, AS_IT_IS_NOW)
    if (answer.status === 404) return null
    return answer.ok ? ((await answer.json()) as IssuerAnswer) : 'unreachable'
  } catch {
    return 'unreachable'
  }
}

/** Only a key that is admitted and that `kid` names may judge a receipt, wherever it came from. */
function findKey(
  { header }: ParsedReceipt,
  issuer: IssuerAnswer | null,
  bundleKeys: readonly BundleKey[],
): { publicKey: Uint8Array; key: KeyEvidence } | null {
  const named = (publicKey: Uint8Array | null | undefined) =>
    publicKey && admitKey(publicKey).ok && thumbprint(publicKey) === header.kid ? publicKey : null
  const published = issuer?.keys.find((key) => key.kid === header.kid)
  const publicKey = named(published && decodeBase64url(published.jwk.x))
  if (published && publicKey) return { publicKey, key: keyEvidence(published) }
  const brought = named(bundleKeys.find((key) => key.kid === header.kid)?.publicKey)
  return brought && { publicKey: brought, key: { from: 'bundle' } }
}

function keyEvidence(key: IssuerAnswer['keys'][number]): KeyEvidence {
  if (key.state === 'active') return { from: 'portal', state: 'active' }
  if (key.state === 'retired')
    return { from: 'portal', state: 'retired', retiredAt: Date.parse(key.retiredAt ?? '') }
  return {
    from: 'portal',
    state: 'revoked',
    revokedAt: Date.parse(key.revokedAt ?? ''),
    compromisedSince: key.compromisedSince === null ? null : Date.parse(key.compromisedSince),
    reason: key.reason,
  }
}
