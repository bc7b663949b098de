import { selectApiKeyOverview } from '#db/queries/api-keys/api-key-overviews.ts'
import { selectUsageDays } from '#db/queries/api-keys/usage-days.ts'
import type { Ctx } from '#app/context.ts'
import { viewOverview, type ApiKeyOverview } from './api-key-overview.ts'
import { isApiKeyId } from './api-key-view.ts'
import { projectCap, type CapProjection } from './project-cap.ts'
import { readUsage } from './read-usage.ts'
import { daysBefore, usageByDay, type UsageDay } from './usage-by-day.ts'

/** An API key with the figures on its page. */
export interface ApiKeyDetails extends ApiKeyOverview {
  /** Places that reservations hold now. */
  reserved: number
  days: UsageDay[]
  projection: CapProjection
}

const DAYS_SHOWN = 30

export async function findApiKey(ctx: Ctx, id: string): Promise<ApiKeyDetails | null> {
  const row = isApiKeyId(id) ? await selectApiKeyOverview(ctx.db.run, id) : null
  if (row === null) return null
  // From the month's first day: a day's use is the difference to the counter seen before it.
  const from = `${daysBefore(row.today, DAYS_SHOWN - 1).slice(0, 7)}-01`
  const [counters, { reserved }] = await Promise.all([
    selectUsageDays(ctx.db.run, id, from),
    readUsage(ctx, id),
  ])
  const days = usageByDay(counters, {
    today: row.today,
    usedThisMonth: row.used,
    count: DAYS_SHOWN,
  })
  return {
    ...viewOverview(row),
    reserved,
    days,
    projection: projectCap(row.cap, row.used, days, row),
  }
}
