import { Buffer } from 'node:buffer'
import type { LRUCache } from 'lru-cache'
import type { Sha256 } from '#receipt/bytes.ts'
import { thumbprint } from '#receipt/key.ts'
import { judge, type Evidence, type Judgement, type KeyEvidence } from '#receipt/judge.ts'
import { readReceipt, type ParsedReceipt, type Reading } from '#receipt/receipt.ts'
import type { ReceiptRow } from '#db/queries/verify/receipts.ts'
import type { Ctx } from '#app/context.ts'
import { buildReport, type KnownFacts } from './build-report.ts'
import type { ReceiptState } from './receipt-state.ts'

/** The part of `Ctx` that judging needs, without a database: any thread can have it. */
export interface Bench {
  now(): number
  config: Pick<Ctx['config'], 'publicUrl'>
  engine: { sha256: Sha256 }
  caches: { kids: LRUCache<string, string> }
}

/** What of a receipt's state its judgement depends on. */
export interface JudgedState {
  receiptId: string
  row: Omit<ReceiptRow, 'id' | 'digest'>
}

/** What is read from a row before its signature is checked. */
interface ReadState {
  reading: Reading
  receipt: ParsedReceipt | null
  /** The published key for the receipt's own (`iss`, `kid`), or null. */
  key: { publicKey: Uint8Array; genuine: boolean; evidence: KeyEvidence } | null
}

export interface StoredJudgement {
  judgement: Judgement
  receipt: ParsedReceipt | null
  keyIsPublished: boolean
}

/** The JSON of a stored receipt's report; `isInvalid` if its verdict is `invalid`. */
export interface FinishedReport {
  json: string
  isInvalid: boolean
}

/** Nothing stored is believed: digest, length, id and signature are computed again from the bytes. */
export async function judgeStored(
  ctx: Ctx,
  state: ReceiptState,
  given: Evidence['given'] = null,
): Promise<StoredJudgement> {
  const read = readState(ctx, state)
  const { key, receipt } = read
  const isGood =
    receipt !== null &&
    key?.genuine === true &&
    (await ctx.engine.verify(key.publicKey, receipt.signingInput, receipt.signature))
  const judged = judgeRead(ctx, state, read, isGood, given)
  noteIfInvalid(ctx, state, judged.judgement.verdict === 'invalid')
  return judged
}

/** The JSON of a stored receipt's report, made on whatever core is free. */
export async function reportStored(ctx: Ctx, state: ReceiptState): Promise<string> {
  const { json, isInvalid } = await ctx.engine.report(state)
  noteIfInvalid(ctx, state, isInvalid)
  return json
}

function noteIfInvalid(ctx: Ctx, { receiptId, row }: ReceiptState, isInvalid: boolean): void {
  if (isInvalid) ctx.failures.noteStored(row.issuer, row.kid, receiptId)
}

/** What `reportStored` asks for, done here and now. `verify` assumes an admitted key. */
export function finishReport(
  bench: Bench,
  state: JudgedState,
  verify: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean,
): FinishedReport {
  const read = readState(bench, state)
  const { key, receipt } = read
  const isGood =
    receipt !== null &&
    key?.genuine === true &&
    verify(key.publicKey, receipt.signingInput, receipt.signature)
  const report = buildStoredReport(bench, state, judgeRead(bench, state, read, isGood, null))
  return { json: JSON.stringify(report), isInvalid: report.verdict === 'invalid' }
}

export const buildStoredReport = (
  bench: Pick<Bench, 'config'>,
  state: JudgedState,
  { judgement, receipt, keyIsPublished }: StoredJudgement,
) => buildReport(bench, { judgement, receipt, known: knownFacts(state, keyIsPublished) })

function readState(bench: Bench, { row }: JudgedState): ReadState {
  const reading = readReceipt(row.jws, bench.engine.sha256)
  const receipt = reading.ok ? reading.receipt : null
  return { reading, receipt, key: receipt === null ? null : keyOf(bench, row, receipt) }
}

function judgeRead(
  bench: Bench,
  { receiptId, row }: JudgedState,
  { reading, receipt, key }: ReadState,
  isGood: boolean,
  given: Evidence['given'],
): StoredJudgement {
  const judgement = judge(
    {
      now: bench.now(),
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
      given,
    },
    bench.engine.sha256,
  )
  return { judgement, receipt, keyIsPublished: key !== null }
}

function keyOf(bench: Bench, row: JudgedState['row'], receipt: ParsedReceipt): ReadState['key'] {
  if (row.publicKey === null || row.issuer !== receipt.claims.iss || row.kid !== receipt.header.kid)
    return null
  // A key row that no longer hashes to its kid is not the key that was published.
  const genuine = row.publicKey.length === 32 && namesKey(bench, row.kid, row.publicKey)
  return { publicKey: row.publicKey, genuine, evidence: keyEvidence(row) }
}

function keyEvidence(row: JudgedState['row']): KeyEvidence {
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

/** Whether the kid is this key's own digest, which is the same for ever and so computed once. */
function namesKey(bench: Bench, kid: string, publicKey: Uint8Array): boolean {
  const name = Buffer.from(publicKey).toString('latin1')
  const computed = bench.caches.kids.get(name) ?? thumbprint(publicKey)
  bench.caches.kids.set(name, computed)
  return computed === kid
}

function knownFacts({ receiptId, row }: JudgedState, keyIsPublished: boolean): KnownFacts {
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
