import { upsertUsageDays } from '#db/queries/api-keys/usage-days.ts'
import type { Ctx } from '#app/context.ts'

/** Runs every minute: copies each API key's counter into the day's row. */
export async function copyUsageDays(ctx: Ctx): Promise<void> {
  await upsertUsageDays(ctx.db.run)
}
