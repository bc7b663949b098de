import { countKeyReceipts } from '#db/queries/issuers/key-receipts.ts'
import type { Ctx } from '#app/context.ts'

/** Counted exactly up to here; of more it is only said that there are more. */
const COUNTED_MAX = 100_000

export interface ReceiptCount {
  count: number
  /** There are more than `count`. */
  isMore: boolean
}

/** The receipts that were signed by these keys and received in this time. */
export async function countReceipts(
  ctx: Ctx,
  kids: string[],
  time: { since: Date | null; until: Date | null } = { since: null, until: null },
  max: number = COUNTED_MAX,
): Promise<ReceiptCount> {
  const count = await countKeyReceipts(ctx.db.run, kids, { ...time, max })
  return { count: Math.min(count, max), isMore: count > max }
}
