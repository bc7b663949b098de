import { decodeUtf8 } from '#receipt/bytes.ts'
import { judge, type Facts } from '#receipt/judge.ts'
import type { Report } from '#receipt/report.ts'
import type { Ctx } from '#app/context.ts'
import { buildReport, toTime } from './build-report.ts'
import { buildStoredReport, judgeStored } from './judge-stored.ts'
import { readReceiptState, type ReceiptState } from './receipt-state.ts'

/** A receipt as the public sees it. For an unknown id the report's verdict is `not-found`. */
export interface ReceiptView {
  report: Report
  facts: Facts
  jws: string | null
  /** What the issuer made public, if it is kept here and is what was signed. */
  content: { kind: 'text'; text: string } | { kind: 'binary'; bytes: number; type: string } | null
  erasedAt: string | null
}

/** Everything is computed again from the stored bytes, each time. */
export async function findReceipt(ctx: Ctx, receiptId: string): Promise<ReceiptView> {
  const state = await readReceiptState(ctx, receiptId)
  return state === null ? viewOfNothing(ctx, receiptId) : viewReceipt(ctx, state)
}

export async function viewReceipt(ctx: Ctx, state: ReceiptState): Promise<ReceiptView> {
  const judged = await judgeStored(ctx, state)
  const { judgement, receipt } = judged
  const report = buildStoredReport(ctx, state, judged)
  const { row } = state
  return {
    report,
    facts: judgement.facts,
    jws: row.jws,
    content:
      report.contentAvailable && row.content !== null
        ? contentOf(row.content, receipt?.claims.content.type ?? '')
        : null,
    erasedAt: row.erasedAt === null ? null : toTime(row.erasedAt),
  }
}

function contentOf(bytes: Uint8Array, type: string): ReceiptView['content'] {
  const text = decodeUtf8(bytes)
  return text === null ? { kind: 'binary', bytes: bytes.length, type } : { kind: 'text', text }
}

export function viewOfNothing(ctx: Ctx, receiptId: string): ReceiptView {
  const judgement = judge({
    now: ctx.now(),
    reading: null,
    idExpected: receiptId,
    key: { from: 'none' },
    signature: 'not-checked',
    issuerName: null,
    domainVerified: false,
    receivedAt: null,
    revocation: null,
    storedContent: { state: 'none' },
    given: null,
  })
  return {
    report: buildReport(ctx, { judgement, receipt: null, known: null }),
    facts: judgement.facts,
    jws: null,
    content: null,
    erasedAt: null,
  }
}
