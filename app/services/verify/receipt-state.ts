import { parseReceiptId } from '#receipt/id.ts'
import type { ReceiptRow } from '#db/queries/verify/receipts.ts'
import type { Ctx, ReceiptState } from '#app/context.ts'
import { isEqual } from '#app/values/bytes.ts'
import { isFresh } from './keep-briefly.ts'

export type { ReceiptState } from '#app/context.ts'

/**
 * The database's row of a receipt, at most a second old; null for an unknown or malformed id. Both
 * ids are looked up in the same way, so that neither answer comes sooner.
 */
export function readReceiptState(ctx: Ctx, receiptId: string): Promise<ReceiptState | null> {
  const cached = ctx.caches.receiptStates.get(receiptId)
  if (cached !== undefined && isFresh(ctx, cached)) return cached.value
  const state = loadState(ctx, receiptId)
  ctx.caches.receiptStates.set(receiptId, { value: state, at: ctx.now() })
  state.then(
    (found) => {
      // A missing receipt may come in at any moment, and large contents would fill the memory.
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
    if (!(was instanceof Uint8Array && is instanceof Uint8Array && isEqual(was, is))) return false
  }
  return true
}

/** Each change of a receipt's state calls this, so that this process shows it at once. */
export function forgetReceiptState(ctx: Ctx, receiptId: string): void {
  ctx.caches.receiptStates.delete(receiptId)
}

/** Each change of a key or an issuer calls this: any number of receipts may depend on it. */
export function forgetPublicStates(ctx: Ctx): void {
  ctx.caches.receiptStates.clear()
  ctx.caches.issuers.clear()
  ctx.caches.trustedKeys.clear()
}
