import {
  selectAttention,
  selectBeginning,
  selectDatabase,
  selectFullest,
  selectOutbox,
  selectUsageNow,
  selectUsageOfDays,
  type AttentionRow,
  type BeginningRow,
  type FullestRow,
} from '#db/queries/overview/overview.ts'
import { selectRefusalsByCode, type RefusalsOfCode } from '#db/queries/ingest/refusals.ts'
import type { Ctx } from '#app/context.ts'
import { DAY_MS } from '#app/values/duration.ts'
import { SAMPLE } from './seed-world.ts'

/** The page warns about an API key that used this share of its cap. */
const NEAR_CAP_SHARE = 0.8
const EXPIRY_DAYS = 14
const UNUSED_DAYS = 7
const FULLEST_MAX = 10
/** Rows for each kind of thing that needs attention. */
const ATTENTION_MAX = 5
const CHART_DAYS = 30

export interface Overview {
  beginning: BeginningRow
  today: { live: number; test: number }
  month: { live: number; test: number }
  /** The last 30 days, oldest first, today last; a day without a receipt is 0. */
  days: { day: string; used: number }[]
  fullest: FullestRow[]
  refusals: RefusalsOfCode[]
  attention: (Omit<AttentionRow, 'at'> & { at: string | null })[]
  database: { version: string; bytes: number; roundTripMs: number }
  outbox: { pending: number; oldestPendingAt: string | null; failed: number }
}

/** The portal on one page: receipts, caps, refusals, and the rows that need attention. */
export async function readOverview(ctx: Ctx): Promise<Overview> {
  const { run } = ctx.db
  const startedAt = ctx.now()
  await run('select 1', [])
  const roundTripMs = Math.max(0, ctx.now() - startedAt)
  const [beginning, now, days, fullest, refusals, attention, database, outbox] = await Promise.all([
    selectBeginning(run, SAMPLE),
    selectUsageNow(run),
    selectUsageOfDays(run),
    selectFullest(run, FULLEST_MAX),
    selectRefusalsByCode(run),
    selectAttention(run, {
      capShare: NEAR_CAP_SHARE,
      expiryDays: EXPIRY_DAYS,
      unusedDays: UNUSED_DAYS,
      limit: ATTENTION_MAX,
    }),
    selectDatabase(run),
    selectOutbox(run),
  ])
  const sumOf = (part: 'today' | 'month') => {
    const of = (mode: 'live' | 'test') => now.find((row) => row.mode === mode)?.[part] ?? 0
    return { live: of('live'), test: of('test') }
  }
  const today = sumOf('today')
  const known = new Map(days.map((row) => [row.day, row.used]))
  known.set(dayOf(startedAt), today.live + today.test)
  return {
    beginning,
    today,
    month: sumOf('month'),
    days: Array.from({ length: CHART_DAYS }, (_, n) => {
      const day = dayOf(startedAt - (CHART_DAYS - 1 - n) * DAY_MS)
      return { day, used: known.get(day) ?? 0 }
    }),
    fullest,
    refusals,
    attention: attention.map((row) => ({ ...row, at: toTime(row.at) })),
    database: { ...database, roundTripMs },
    outbox: { ...outbox, oldestPendingAt: toTime(outbox.oldestPendingAt) },
  }
}

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10)
const toTime = (at: number | null): string | null =>
  at === null ? null : new Date(at).toISOString()
