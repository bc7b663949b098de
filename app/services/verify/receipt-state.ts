import { equalBytes } from '#receipt/bytes.ts'
import { parseReceiptId } from '#receipt/id.ts'
import type { ReceiptRow } from '#db/queries/verify/receipts.ts'
import type { Ctx, ReceiptState } from '#app/context.ts'

export type { ReceiptState } from '#app/context.ts'

/** How long public reads may rely on what they know of a receipt, its key and its content. */
const STATE_MS_MAX = 1_000

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

/** Called by whoever changes a receipt's state, so that this process shows it at once. */
export function forgetReceiptState(ctx: Ctx, receiptId: string): void {
  ctx.caches.receiptStates.delete(receiptId)
}

/** Called by whoever changes a key or an issuer: any number of receipts may depend on it. */
export function forgetAllReceiptStates(ctx: Ctx): void {
  ctx.caches.receiptStates.clear()
}
