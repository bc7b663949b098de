import { Buffer } from 'node:buffer'
import { equalBytes } from '#receipt/bytes.ts'
import { thumbprint } from '#receipt/key.ts'
import { judge, type Evidence, type Judgement, type KeyEvidence } from '#receipt/judge.ts'
import { readReceipt, type ParsedReceipt } from '#receipt/receipt.ts'
import { parseReceiptId } from '#receipt/id.ts'
import type { ReceiptRow } from '#db/queries/receipts.ts'
import type { Ctx } from '../context.server.ts'

/** How long public reads may rely on what they know of a receipt, its key and its content. */
const STATE_MS_MAX = 1_000

/** A stored receipt, its row as it stands, and the judgement of exactly these bytes. */
export interface ReceiptState {
  receiptId: string
  row: ReceiptRow
}

/**
 * What the database says of a receipt, at most a second old; null for an unknown or malformed id.
 * Both are looked up the same way, so that neither answers sooner.
 */
export function readReceiptState(ctx: Ctx, receiptId: string): Promise<ReceiptState | null> {
  const cached = ctx.caches.receiptStates.get(receiptId)
  // A clock that was set back would make what is kept look young for as long.
  const age = cached === undefined ? STATE_MS_MAX : ctx.now() - cached.at
  if (cached !== undefined && age >= 0 && age < STATE_MS_MAX) return cached.state
  const state = loadState(ctx, receiptId)
  ctx.caches.receiptStates.set(receiptId, { state, at: ctx.now() })
  state.then(
    (found) => {
      // What doesn't exist may come into being at any moment, and large contents are not hoarded.
      if (found === null || (found.row.content?.length ?? 0) > 65_536)
        ctx.caches.receiptStates.delete(receiptId)
    },
    () => ctx.caches.receiptStates.delete(receiptId),
  )
  return state
}

const ID_OF_NOTHING = new Uint8Array(20)

async function loadState(ctx: Ctx, receiptId: string): Promise<ReceiptState | null> {
  const id = parseReceiptId(receiptId)
  const row = await ctx.db.groups.receipt.call(id ?? ID_OF_NOTHING)
  if (id === null || row === null) return null
  return { receiptId, row }
}

/** Whether two readings of a receipt are the same in every byte that its output depends on. */
export function sameState({ row: a }: ReceiptState, { row: b }: ReceiptState): boolean {
  if (a === b) return true
  for (const name of Object.keys(b) as (keyof ReceiptRow)[]) {
    const [was, is] = [a[name], b[name]]
    if (was === is) continue
    if (!(was instanceof Uint8Array && is instanceof Uint8Array && equalBytes(was, is)))
      return false
  }
  return true
}

/** Nothing stored is believed: digest, length, id and signature are computed again from the bytes. */
export async function judgeStored(
  ctx: Ctx,
  { receiptId, row }: ReceiptState,
  given: Evidence['given'] = null,
): Promise<{ judgement: Judgement; receipt: ParsedReceipt | null; keyIsPublished: boolean }> {
  const reading = readReceipt(row.jws, ctx.engine.sha256)
  const receipt = reading.ok ? reading.receipt : null
  const key = receipt === null ? null : keyOf(ctx, row, receipt)
  const judgement = judge(
    {
      now: ctx.now(),
      reading,
      idExpected: receiptId,
      key: key?.evidence ?? { from: 'none' },
      signature:
        receipt === null || key === null
          ? 'not-checked'
          : key.genuine &&
              (await ctx.engine.verify(key.publicKey, receipt.signingInput, receipt.signature))
            ? 'good'
            : 'bad',
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
    ctx.engine.sha256,
  )
  if (judgement.verdict === 'invalid') ctx.failures.noteStored(row.issuer, row.kid, receiptId)
  return { judgement, receipt, keyIsPublished: key !== null }
}

/** The published key for the receipt's own (`iss`, `kid`), or null. */
function keyOf(
  ctx: Ctx,
  row: ReceiptRow,
  receipt: ParsedReceipt,
): { publicKey: Uint8Array; genuine: boolean; evidence: KeyEvidence } | null {
  if (row.publicKey === null || row.issuer !== receipt.claims.iss || row.kid !== receipt.header.kid)
    return null
  // A key row that no longer hashes to its kid is not the key that was published.
  const genuine = row.publicKey.length === 32 && namesKey(ctx, row.kid, row.publicKey)
  return { publicKey: row.publicKey, genuine, evidence: keyEvidence(row) }
}

function keyEvidence(row: ReceiptRow): KeyEvidence {
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
function namesKey(ctx: Ctx, kid: string, publicKey: Uint8Array): boolean {
  const name = Buffer.from(publicKey).toString('latin1')
  const computed = ctx.caches.kids.get(name) ?? thumbprint(publicKey)
  ctx.caches.kids.set(name, computed)
  return computed === kid
}

/** Called by whoever changes a receipt's state, so that this process shows it at once. */
export function forgetReceiptState(ctx: Ctx, receiptId: string): void {
  ctx.caches.receiptStates.delete(receiptId)
}

/** Called by whoever changes a key or an issuer: any number of receipts may depend on it. */
export function forgetAllReceiptStates(ctx: Ctx): void {
  ctx.caches.receiptStates.clear()
}
