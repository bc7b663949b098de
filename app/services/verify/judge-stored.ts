import { Buffer } from 'node:buffer'
import { thumbprint } from '#receipt/key.ts'
import type { Evidence, KeyEvidence } from '#receipt/evidence.ts'
import { judge, type Judgement } from '#receipt/judge.ts'
import { readReceipt, type ParsedReceipt } from '#receipt/receipt.ts'
import type { Ctx, Payer } from '#app/context.ts'
import { buildReport, LOG, type KnownFacts } from './build-report.ts'
import type { ReceiptState } from './receipt-state.ts'

/** The reader's own copy, which is compared at the payer's cost, or the copy's SHA-256 digest. */
export type Given = { content: Uint8Array; payer: Payer } | { digest: Uint8Array } | null

export async function compareGiven(
  ctx: Ctx,
  receipt: ParsedReceipt,
  given: Given,
): Promise<Evidence['given']> {
  if (given === null || 'digest' in given) return given
  const { content, payer } = given
  const found = await ctx.engine.compare(receipt.claims.content, content, payer)
  return { found, length: content.length }
}

export interface StoredJudgement {
  judgement: Judgement
  receipt: ParsedReceipt | null
  keyIsPublished: boolean
}

/**
 * The only way from a row to a verdict. No stored value is trusted: digest, length, id and
 * signature are computed again from the bytes. Only the signature is checked on another core.
 */
export async function judgeStored(
  ctx: Ctx,
  { receiptId, row }: ReceiptState,
  given: Given = null,
): Promise<StoredJudgement> {
  const reading = readReceipt(row.jws, ctx.engine.sha256)
  const receipt = reading.ok ? reading.receipt : null
  const key = receipt === null ? null : keyOf(ctx, row, receipt)
  const isGood =
    receipt !== null &&
    key?.genuine === true &&
    (await ctx.engine.verify(key.publicKey, receipt.signingInput, receipt.signature))
  const hash = await ctx.engine.hashAhead(row.content)
  const judgement = judge(
    {
      now: ctx.now(),
      reading,
      idExpected: receiptId,
      key: key?.evidence ?? { from: 'none' },
      signature: receipt === null || key === null ? 'not-checked' : isGood ? 'good' : 'bad',
      issuerName: row.issuerName,
      domainVerified: false,
      receivedAt: row.receivedAt,
      revocation:
        row.revokedAt === null
          ? null
          : { revokedAt: row.revokedAt, reason: row.revokedReason ?? '' },
      storedContent:
        row.erasedAt !== null
          ? { state: 'erased' }
          : row.content === null
            ? { state: 'none' }
            : { state: 'stored', bytes: row.content },
      log: LOG.state,
      given: receipt === null ? given : await compareGiven(ctx, receipt, given),
    },
    hash,
  )
  if (judgement.verdict === 'invalid') ctx.failures.noteStored(row.issuer, row.kid, receiptId)
  return { judgement, receipt, keyIsPublished: key !== null }
}

export const buildStoredReport = (
  ctx: Ctx,
  state: ReceiptState,
  { judgement, receipt, keyIsPublished }: StoredJudgement,
) => buildReport(ctx, { judgement, receipt, known: knownFacts(state, keyIsPublished) })

interface StoredKey {
  publicKey: Uint8Array
  genuine: boolean
  evidence: KeyEvidence
}

/** The published key for the receipt's own (`iss`, `kid`), or null. */
function keyOf(ctx: Ctx, row: ReceiptState['row'], receipt: ParsedReceipt): StoredKey | null {
  if (row.publicKey === null || row.issuer !== receipt.claims.iss || row.kid !== receipt.header.kid)
    return null
  // A key row that no longer hashes to its kid is not the key that was published.
  const genuine = row.publicKey.length === 32 && namesKey(ctx, row.kid, row.publicKey)
  return { publicKey: row.publicKey, genuine, evidence: keyEvidence(row) }
}

function keyEvidence(row: ReceiptState['row']): KeyEvidence {
  if (row.keyState === 'retired')
    return { from: 'portal', state: 'retired', retiredAt: row.keyRetiredAt ?? 0 }
  if (row.keyState === 'revoked') {
    return {
      from: 'portal',
      state: 'revoked',
      revokedAt: row.keyRevokedAt ?? 0,
      compromisedSince: row.keyCompromisedSince,
      reason: row.keyReason,
    }
  }
  return { from: 'portal', state: 'active' }
}

/** Whether the kid is this key's own digest. A key's digest never changes, so it is cached. */
function namesKey(ctx: Ctx, kid: string, publicKey: Uint8Array): boolean {
  const name = Buffer.from(publicKey).toString('latin1')
  const computed = ctx.caches.kids.get(name) ?? thumbprint(publicKey)
  ctx.caches.kids.set(name, computed)
  return computed === kid
}

function knownFacts({ receiptId, row }: ReceiptState, keyIsPublished: boolean): KnownFacts {
  return {
    receiptId,
    mode: row.mode,
    receivedAt: row.receivedAt,
    revokedAt: row.revokedAt,
    revokedReason: row.revokedReason,
    contentAvailable: row.visibility === 'public' && row.content !== null && row.erasedAt === null,
    issuer:
      keyIsPublished && row.issuerName !== null
        ? { slug: row.issuer, name: row.issuerName, url: row.issuerUrl }
        : null,
    key:
      keyIsPublished && row.keyState !== null
        ? {
            kid: row.kid,
            state: row.keyState,
            publishedAt: row.keyPublishedAt ?? 0,
            retiredAt: row.keyRetiredAt,
            revokedAt: row.keyRevokedAt,
            compromisedSince: row.keyCompromisedSince,
            reason: row.keyReason,
          }
        : null,
  }
}
