import type { BundleKey } from '#receipt/bundle.ts'
import { admitKey } from '#receipt/key.ts'
import type { Evidence, KeyEvidence } from '#receipt/evidence.ts'
import { judge } from '#receipt/judge.ts'
import { readReceipt, type ParsedReceipt } from '#receipt/receipt.ts'
import type { Report } from '#receipt/report.ts'
import { selectIssuerKey, type IssuerKeyRow } from '#db/queries/issuers/issuers.ts'
import type { Ctx } from '#app/context.ts'
import { buildReport, LOG, type KnownFacts } from './build-report.ts'
import { viewOfNothing } from './find-receipt.ts'
import { buildStoredReport, compareGiven, judgeStored, type Given } from './judge-stored.ts'
import { readReceiptState } from './receipt-state.ts'

/** Verifies a receipt from the request or a stored one. Stores nothing. */
export async function verifyReceipt(
  ctx: Ctx,
  asked: { receiptId: string } | { receipt: string; keys: BundleKey[] },
  given: Given,
): Promise<Report> {
  if ('receiptId' in asked)
    return (
      (await verifyStored(ctx, asked.receiptId, given)) ??
      viewOfNothing(ctx, asked.receiptId).report
    )
  const reading = readReceipt(asked.receipt, ctx.engine.sha256)
  if (!reading.ok) {
    return buildReport(ctx, {
      judgement: judge(unstored(ctx, { reading, given: given }), ctx.engine.sha256),
      receipt: null,
      known: null,
    })
  }
  const stored = await verifyStored(ctx, reading.receipt.receiptId, given)
  return stored ?? verifyUnstored(ctx, reading.receipt, asked.keys, given)
}

/** A stored receipt is judged with its own revocation, time received and mode. */
async function verifyStored(ctx: Ctx, receiptId: string, given: Given): Promise<Report | null> {
  const state = await readReceiptState(ctx, receiptId)
  if (state === null) return null
  return buildStoredReport(ctx, state, await judgeStored(ctx, state, given))
}

async function verifyUnstored(
  ctx: Ctx,
  receipt: ParsedReceipt,
  bundleKeys: BundleKey[],
  given: Given,
): Promise<Report> {
  const row = await selectIssuerKey(ctx.db, receipt.claims.iss, receipt.header.kid)
  const publicKey = row?.publicKey ?? findBundleKey(bundleKeys, receipt.header.kid)
  const good =
    publicKey !== null &&
    (await ctx.engine.verify(publicKey, receipt.signingInput, receipt.signature))
  const evidence: Evidence = {
    ...unstored(ctx, {
      reading: { ok: true, receipt },
      given: await compareGiven(ctx, receipt, given),
    }),
    key:
      row !== null ? keyEvidence(row) : publicKey !== null ? { from: 'bundle' } : { from: 'none' },
    signature: publicKey === null ? 'not-checked' : good ? 'good' : 'bad',
    issuerName: row?.name ?? null,
  }
  const judgement = judge(evidence, ctx.engine.sha256)
  return buildReport(ctx, { judgement, receipt, known: row === null ? null : knownKey(row) })
}

/** A bundle's key counts only if it is admitted and is the very key that the receipt names. */
function findBundleKey(keys: BundleKey[], kid: string): Uint8Array | null {
  const key = keys.find((one) => one.kid === kid)
  return key !== undefined && admitKey(key.publicKey).ok ? key.publicKey : null
}

function keyEvidence(row: IssuerKeyRow): KeyEvidence {
  if (row.state === 'retired')
    return { from: 'portal', state: 'retired', retiredAt: row.retiredAt?.getTime() ?? 0 }
  if (row.state === 'active') return { from: 'portal', state: 'active' }
  return {
    from: 'portal',
    state: 'revoked',
    revokedAt: row.revokedAt?.getTime() ?? 0,
    compromisedSince: row.compromisedSince?.getTime() ?? null,
    reason: row.reason,
  }
}

const knownKey = (row: IssuerKeyRow): KnownFacts => ({
  receiptId: null,
  mode: null,
  receivedAt: null,
  revokedAt: null,
  revokedReason: null,
  contentAvailable: false,
  issuer: { slug: row.issuer, name: row.name, url: row.url },
  key: {
    kid: row.kid,
    state: row.state,
    publishedAt: row.publishedAt.getTime(),
    retiredAt: row.retiredAt?.getTime() ?? null,
    revokedAt: row.revokedAt?.getTime() ?? null,
    compromisedSince: row.compromisedSince?.getTime() ?? null,
    reason: row.reason,
  },
})

const unstored = (ctx: Ctx, { reading, given }: Pick<Evidence, 'reading' | 'given'>): Evidence => ({
  now: ctx.now(),
  reading,
  idExpected: null,
  key: { from: 'none' },
  signature: 'not-checked',
  issuerName: null,
  domainVerified: false,
  receivedAt: null,
  revocation: null,
  storedContent: { state: 'none' },
  log: LOG.state,
  given,
})
