import { selectUsage } from '#db/queries/ingest/caps.ts'
import type { UsageRow } from '#db/queries/ingest/ingest.ts'
import type { Ctx } from '#app/context.ts'

export const readUsage = (ctx: Ctx, apiKey: string): Promise<UsageRow & { period: string }> =>
  selectUsage(ctx.db, apiKey)
