import { isUtf8 } from 'node:buffer'
import { judge } from '#receipt/judge.ts'
import type { Ctx, ReceiptState, ReceiptView } from '#app/context.ts'

import { firstCharacters, readText } from '#app/values/bytes.ts'
import { buildReport, LOG, toTime } from './build-report.ts'
import { buildStoredReport, judgeStored } from './judge-stored.ts'
import { readReceiptState, sameState } from './receipt-state.ts'

export type { ReceiptView } from '#app/context.ts'

/** The verdict is computed again from the stored bytes, each time they are read anew. */
export async function findReceipt(ctx: Ctx, receiptId: string): Promise<ReceiptView | null> {
  const state = await readReceiptState(ctx, receiptId)
  return state === null ? null : viewReceipt(ctx, state)
}

/**
 * A stored receipt is judged once: while every byte of its state is the same, so are its view and
 * the pages drawn from the view.
 */
export async function viewReceipt(ctx: Ctx, state: ReceiptState): Promise<ReceiptView> {
  const kept = ctx.caches.views.get(state.receiptId)
  if (kept !== undefined && sameState(kept.state, state)) return kept.view
  const judged = await judgeStored(ctx, state)
  const report = buildStoredReport(ctx, state, judged)
  const { row } = state
  const view: ReceiptView = {
    report,
    facts: judged.judgement.facts,
    jws: row.jws,
    content:
      report.contentAvailable && row.content !== null
        ? contentOf(row.content, judged.receipt?.claims.content.type ?? '')
        : null,
    erasedAt: row.erasedAt === null ? null : toTime(row.erasedAt),
  }
  ctx.caches.views.set(state.receiptId, { state, view })
  return view
}

/** Drawing a mebibyte of text would hold the event loop, and a phone, for a tenth of a second. */
const SHOWN_BYTES_MAX = 32 * 1024

function contentOf(bytes: Uint8Array, type: string): ReceiptView['content'] {
  if (!isUtf8(bytes)) return { kind: 'binary', bytes: bytes.length, type }
  const shown = firstCharacters(bytes, SHOWN_BYTES_MAX)
  return { kind: 'text', text: readText(shown)!, isCut: shown.length < bytes.length }
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
    log: LOG.state,
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
