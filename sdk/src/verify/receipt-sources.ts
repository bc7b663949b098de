import { decodeBase64url } from '../receipt/bytes.ts'
import { verifySignature } from '../receipt/ed25519.ts'
import type { Evidence, KeyEvidence } from '../receipt/evidence.ts'
import { admitKey, thumbprint } from '../receipt/key.ts'
import type { ParsedReceipt } from '../receipt/receipt.ts'
import type { Check, Report } from '../receipt/report.ts'
import { asError, CounterfoilError, refusalOf } from '../errors.ts'
import { isObject, type Members } from '../members.ts'
import { readProblem } from '../portal/portal-answers.ts'

/** A portal's public API. Its answers are not trusted: the portal may be broken, or lie. */
export interface ReceiptSources {
  /** The compact JWS; null if the portal has no receipt with this id. */
  fetchReceipt(receiptId: string): Promise<string | null>
  fetchReport(receiptId: string): Promise<PortalReport | null>
  /** The stored content; null if it can't be fetched. */
  fetchContent(receiptId: string): Promise<Uint8Array | null>
  /** The issuer; null if the portal does not know it. */
  fetchIssuer(slug: string): Promise<IssuerAnswer | null>
}

/** The report, and the facts in it that only the portal can know. */
export interface PortalReport {
  report: Report
  /** Milliseconds since 1970. */
  receivedAt: number | null
  revocation: { revokedAt: number; reason: string } | null
  /** The portal's checks, by name. */
  codes: Map<string, Check>
}

interface IssuerAnswer {
  name: string
  domainVerified: boolean
  keys: unknown[]
}

const TIMEOUT_MS = 30_000

const readTime = (value: unknown): number | null => {
  const at = typeof value === 'string' ? Date.parse(value) : NaN
  return Number.isNaN(at) ? null : at
}

/** `url` has no slash at its end. All methods throw `portal_unreachable` or `portal_refused`. */
export function createSources(url: string, send: typeof fetch): ReceiptSources {
  async function get(path: string): Promise<Uint8Array | null> {
    let response: Response
    try {
      response = await send(url + path, {
        headers: { accept: 'application/json, */*' },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      if (response.ok || response.status === 404 || response.status === 410) {
        // `text()` would remove a BOM, and a changed receipt could pass as the signed one.
        const bytes = new Uint8Array(await response.arrayBuffer())
        return response.ok ? bytes : null
      }
    } catch (thrown) {
      throw asError('portal_unreachable', `The portal at ${url} can't be reached`, thrown)
    }
    throw refusalOf(await readProblem(response))
  }

  async function getObject(path: string): Promise<Members | null> {
    const bytes = await get(path)
    if (bytes === null) return null
    try {
      const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
      if (isObject(value)) return value
    } catch {
      // Not JSON.
    }
    throw new CounterfoilError('portal_unreachable', `What answers at ${url} is not a portal.`)
  }

  return {
    async fetchReceipt(receiptId) {
      const bytes = await get(`/v1/receipts/${receiptId}/receipt`)
      return bytes === null ? null : new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
    },
    async fetchReport(receiptId) {
      const report = await getObject(`/v1/receipts/${receiptId}`)
      return report === null ? null : readReport(report)
    },
    fetchContent: (receiptId) => get(`/v1/receipts/${receiptId}/content`).catch((): null => null),
    async fetchIssuer(slug) {
      const issuer = await getObject(`/v1/issuers/${slug}`)
      if (issuer === null) return null
      const { name, domainVerified, keys } = issuer
      return {
        name: String(name),
        domainVerified: domainVerified === true,
        keys: Array.isArray(keys) ? keys : [],
      }
    },
  }
}

function readReport(report: Members): PortalReport {
  const { receivedAt, revocation, checks } = report
  const codes = new Map<string, Check>()
  for (const check of Array.isArray(checks) ? (checks as unknown[]) : [])
    if (isObject(check)) codes.set(String(check.check), check as unknown as Check)
  return {
    report: report as unknown as Report,
    receivedAt: readTime(receivedAt),
    revocation: isObject(revocation)
      ? { revokedAt: readTime(revocation.revokedAt) ?? 0, reason: String(revocation.reason) }
      : null,
    codes,
  }
}

/** Verifies a receipt with its issuer's published keys. Empty if none of them is the receipt's. */
export async function checkSignature(
  sources: ReceiptSources,
  receipt: ParsedReceipt,
): Promise<Partial<Evidence>> {
  const issuer = await sources.fetchIssuer(receipt.claims.iss)
  const found = issuer === null ? null : findKey(issuer, receipt.header.kid)
  if (issuer === null || found === null) return {}
  const isGood = verifySignature(found.publicKey, receipt.signingInput, receipt.signature)
  return {
    key: found.key,
    signature: isGood ? 'good' : 'bad',
    issuerName: issuer.name,
    domainVerified: issuer.domainVerified,
  }
}

/** Only a published and admitted key with this thumbprint may verify a receipt. */
function findKey(
  issuer: IssuerAnswer,
  kid: string,
): { publicKey: Uint8Array; key: KeyEvidence } | null {
  for (const published of issuer.keys) {
    if (!isObject(published) || published.kid !== kid || !isObject(published.jwk)) continue
    const { x } = published.jwk
    const publicKey = typeof x === 'string' ? decodeBase64url(x) : null
    if (publicKey === null || !admitKey(publicKey).ok || thumbprint(publicKey) !== kid) continue
    return { publicKey, key: keyEvidence(published) }
  }
  return null
}

function keyEvidence(published: Members): KeyEvidence {
  const { state, reason } = published
  if (state === 'active') return { from: 'portal', state }
  if (state === 'retired')
    return { from: 'portal', state, retiredAt: readTime(published.retiredAt) ?? 0 }
  return {
    from: 'portal',
    // An unknown state counts as revoked, so that a doubtful key verifies nothing.
    state: 'revoked',
    revokedAt: readTime(published.revokedAt) ?? 0,
    compromisedSince: readTime(published.compromisedSince),
    reason: typeof reason === 'string' ? reason : null,
  }
}
