import { countKeyReceipts } from '#db/queries/issuers/key-receipts.ts'
import type { Ctx } from '#app/context.ts'

/** Receipts are counted up to this number; a larger count is only marked as more. */
const COUNTED_MAX = 100_000

export interface ReceiptCount {
  count: number
  /** The true number is larger than `count`. */
  isMore: boolean
}

/** Counts the receipts that these keys signed and the portal received in this time. */
export async function countReceipts(
  ctx: Ctx,
  kids: string[],
  time: { since: Date | null; until: Date | null } = { since: null, until: null },
  max: number = COUNTED_MAX,
): Promise<ReceiptCount> {
  const count = await countKeyReceipts(ctx.db.run, kids, { ...time, max })
  return { count: Math.min(count, max), isMore: count > max }
}
