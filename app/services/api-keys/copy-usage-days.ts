import { upsertUsageDays } from '#db/queries/api-keys/usage-days.ts'
import type { Ctx } from '#app/context.ts'

/** Every minute: what was used by then is that day's. */
export async function copyUsageDays(ctx: Ctx): Promise<void> {
  await upsertUsageDays(ctx.db.run)
}
