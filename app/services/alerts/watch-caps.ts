import { selectCapsReached } from '#db/queries/alerts/alerts.ts'
import type { Ctx } from '#app/context.ts'
import { capAlert, raiseAlerts } from './raise-alert.ts'

/** More at once are told in the next round. */
const CAPS_PER_ROUND_MAX = 500

/**
 * Tells of each API key that came to 80 % or to all of its cap this month. Nothing of it happens
 * while receipts come in: it looks at the counters afterwards. Any number of processes may do it at
 * once; the occasion is written by one of them.
 */
export async function watchCaps(ctx: Ctx): Promise<void> {
  const reached = await selectCapsReached(ctx.db.run, CAPS_PER_ROUND_MAX)
  if (reached.length === 0) return
  await ctx.db.transaction((tx) => raiseAlerts(ctx, tx, reached.map(capAlert)))
}
