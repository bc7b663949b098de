import { parseReceiptId } from '#receipt/id.ts'
import {
  deleteContent,
  insertErasure,
  selectErasureExists,
} from '#db/queries/receipts/revocations.ts'
import type { Ctx } from '#app/context.ts'
import { done, refused, type Outcome } from '../outcome.ts'
import { forgetReceiptState } from '../verify/receipt-state.ts'
import { recordChange, type Actor } from '../audit/record-change.ts'

/**
 * Deletes a receipt's stored content and leaves a tombstone, in one transaction. The receipt and its
 * verdict stay. Erasing twice is the same as once. A receipt without stored content gets no
 * tombstone, which would claim that there had been content.
 */
export async function eraseContent(
  ctx: Ctx,
  by: Actor,
  receiptId: string,
): Promise<Outcome<null, 'not_found'>> {
  const id = parseReceiptId(receiptId)
  if (id === null) return refused('not_found')
  const outcome = await recordChange<null, 'not_found'>(ctx, by, async (tx, now) => {
    const bytes = await deleteContent(tx, id)
    if (bytes === null) {
      return { result: (await selectErasureExists(tx, id)) ? done(null) : refused('not_found') }
    }
    const erasedAt = await now()
    await insertErasure(tx, id, erasedAt)
    return {
      result: done(null),
      change: {
        action: 'content.erase',
        subject: receiptId,
        before: { receiptId, bytes },
        after: { receiptId, erasedAt: erasedAt.toISOString() },
      },
    }
  })
  forgetReceiptState(ctx, receiptId)
  // The view holds the text, and so does every page drawn of it.
  ctx.caches.views.delete(receiptId)
  return outcome
}
