import { parseReceiptId } from '#receipt/id.ts'
import { insertRevocation, selectReceiptExists } from '#db/queries/receipts/revocations.ts'
import type { Ctx } from '#app/context.ts'
import { done, refused, type Outcome } from '../outcome.ts'
import { forgetReceiptState } from '../verify/receipt-state.ts'
import { recordChange, type Actor } from '../audit/record-change.ts'

export interface ReceiptRevocation {
  receiptId: string
  revokedAt: string
  reason: string
}

export type RevokeReceiptRefusal = 'not_found' | 'already_revoked'

/** Revokes one receipt for good. The receipt itself stays unchanged. */
export async function revokeReceipt(
  ctx: Ctx,
  by: Actor,
  receiptId: string,
  reason: string,
): Promise<Outcome<ReceiptRevocation, RevokeReceiptRefusal>> {
  const id = parseReceiptId(receiptId)
  if (id === null) return refused('not_found')
  const outcome = await recordChange<ReceiptRevocation, RevokeReceiptRefusal>(
    ctx,
    by,
    async (tx, now) => {
      if (!(await selectReceiptExists(tx, id))) return { result: refused('not_found') }
      const revokedAt = await now()
      if (!(await insertRevocation(tx, { receiptId: id, reason, revokedAt }))) {
        return { result: refused('already_revoked') }
      }
      const after = { receiptId, revokedAt: revokedAt.toISOString(), reason }
      return {
        result: done(after),
        change: { action: 'receipt.revoke', subject: receiptId, before: null, after },
      }
    },
  )
  forgetReceiptState(ctx, receiptId)
  return outcome
}
