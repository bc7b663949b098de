import { selectCapsReached } from '#db/queries/alerts/alerts.ts'
import type { Ctx } from '#app/context.ts'
import { capAlert, raiseAlerts } from './raise-alert.ts'

/** Further API keys wait for the next round. */
const CAPS_PER_ROUND_MAX = 500

/**
 * Raises an alert for each API key that reached 80 % or all of its cap this month. It reads the
 * counters later, so that no post waits for it. Any number of processes may run it at once: one of
 * them writes the occasion.
 */
export async function watchCaps(ctx: Ctx): Promise<void> {
  const reached = await selectCapsReached(ctx.db.run, CAPS_PER_ROUND_MAX)
  if (reached.length === 0) return
  await ctx.db.transaction((tx) => raiseAlerts(ctx, tx, reached.map(capAlert)))
}
