import { selectUsageOfMonths, type UsageOfMonthRow } from '#db/queries/api-keys/usage.ts'
import type { Ctx } from '#app/context.ts'
import { toPage, type Page } from '../outcome.ts'

/** A page's cursor, `2026-11-01.key_…`: month and API key of its last row. */
const PLACE = /^(\d{4}-\d{2}-01)\.(key_[0-9A-Za-z]{8})$/
export const isUsagePlace = (text: string): boolean => PLACE.test(text)

/**
 * Each API key's use in each month from that of `from` to that of `to` (dates, `YYYY-MM-DD`),
 * ordered by month, then by API key. The cap is the one in force now.
 */
export async function readUsageAll(
  ctx: Ctx,
  range: { from: string | null; to: string | null; after: string | null; limit: number },
): Promise<Page<UsageOfMonthRow>> {
  const place = PLACE.exec(range.after ?? '')
  const rows = await selectUsageOfMonths(ctx.db.run, {
    from: monthOf(range.from ?? '0000-01-01'),
    to: monthOf(range.to ?? '9999-12-31'),
    afterPeriod: place?.[1] ?? '',
    afterKey: place?.[2] ?? '',
    limit: range.limit + 1,
  })
  return toPage(
    rows,
    range.limit,
    (row) => row,
    (row) => `${row.period}.${row.apiKey}`,
  )
}

const monthOf = (date: string): string => `${date.slice(0, 7)}-01`
