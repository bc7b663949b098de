import type { Judgement } from '#receipt/judge.ts'
import type { ParsedReceipt } from '#receipt/receipt.ts'
import type { Report } from '#receipt/report.ts'
import { checkSentence } from '#receipt/words.ts'
import type { Ctx } from '#app/context.ts'

/** The portal's facts about a receipt beside the judgement. Times in milliseconds. */
export interface KnownFacts {
  /** The id the receipt is stored under; an altered receipt's own id is another. */
  receiptId: string | null
  mode: 'live' | 'test' | null
  receivedAt: number | null
  revokedAt: number | null
  revokedReason: string | null
  contentAvailable: boolean
  issuer: { slug: string; name: string; url: string | null } | null
  key: {
    kid: string
    state: 'active' | 'retired' | 'revoked'
    publishedAt: number
    retiredAt: number | null
    revokedAt: number | null
    compromisedSince: number | null
    reason: string | null
  } | null
}

/** The portal keeps no public log, and every answer says so. */
export const LOG = { state: 'off' } as const

export const toTime = (ms: number): string => new Date(ms).toISOString()
const toTimeOrNull = (ms: number | null): string | null => (ms === null ? null : toTime(ms))

const MONTHS =
  'January February March April May June July August September October November December'.split(' ')
const two = (value: number): string => String(value).padStart(2, '0')

/** `3 November 2026, 14:02 UTC`. By hand, because Intl takes longer for it than a whole check. */
export function formatTimeEnglish(ms: number): string {
  const at = new Date(ms)
  const date = `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]!} ${at.getUTCFullYear()}`
  return `${date}, ${two(at.getUTCHours())}:${two(at.getUTCMinutes())} UTC`
}

interface Links {
  config: Pick<Ctx['config'], 'publicUrl'>
}

/** Verdict, checks and facts together. The report leaves out claims that are not proven. */
export function buildReport(
  ctx: Links,
  {
    judgement,
    receipt,
    known,
  }: { judgement: Judgement; receipt: ParsedReceipt | null; known: KnownFacts | null },
): Report {
  const { verdict, facts } = judgement
  const hidden = verdict === 'invalid' || verdict === 'not-found'
  const stranger = hidden || verdict === 'unknown-issuer'
  const id = known?.receiptId ?? facts.receiptId
  const contentAvailable =
    !hidden &&
    known?.contentAvailable === true &&
    judgement.outcomes.stored_content === 'stored_content_matches'
  return {
    receiptId: id,
    verdict,
    mode: known?.mode ?? null,
    checks: judgement.checks.map(({ axis, check, status, code }) => ({
      axis,
      check,
      status,
      code,
      message: checkSentence(code, facts, formatTimeEnglish),
    })),
    receipt: hidden || receipt === null ? null : { header: receipt.header, claims: receipt.claims },
    issuer:
      stranger || !known?.issuer
        ? null
        : {
            slug: known.issuer.slug,
            name: known.issuer.name,
            url: known.issuer.url,
            domainVerified: false,
          },
    signingKey:
      stranger || !known?.key
        ? null
        : {
            kid: known.key.kid,
            state: known.key.state,
            publishedAt: toTime(known.key.publishedAt),
            retiredAt: toTimeOrNull(known.key.retiredAt),
            revokedAt: toTimeOrNull(known.key.revokedAt),
            compromisedSince: toTimeOrNull(known.key.compromisedSince),
            reason: known.key.reason,
          },
    log: facts.receivedAt === null ? null : LOG,
    receivedAt: toTimeOrNull(known?.receivedAt ?? null),
    revocation:
      known?.revokedAt == null
        ? null
        : { revokedAt: toTime(known.revokedAt), reason: known.revokedReason ?? '' },
    contentAvailable,
    links:
      facts.receivedAt === null || id === null
        ? null
        : linksOf(ctx, id, contentAvailable, stranger ? null : (known?.issuer?.slug ?? null)),
  }
}

function linksOf(
  ctx: Links,
  id: string,
  contentAvailable: boolean,
  slug: string | null,
): Report['links'] {
  const base = `${ctx.config.publicUrl}/v1/receipts/${id}`
  return {
    self: base,
    page: verifyUrl(ctx, id),
    receipt: `${base}/receipt`,
    bundle: `${base}/bundle`,
    content: contentAvailable ? `${base}/content` : null,
    issuer: slug === null ? null : `${ctx.config.publicUrl}/issuers/${slug}`,
  }
}

export const verifyUrl = (ctx: Links, receiptId: string): string =>
  `${ctx.config.publicUrl}/r/${receiptId}`
