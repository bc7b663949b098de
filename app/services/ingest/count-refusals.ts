import { addRefusals, type RefusalCount } from '#db/queries/ingest/refusals.ts'
import type { Ctx, RefusalCounts } from '#app/context.ts'

/** Beyond this many counters, refusals are counted by day and code alone, which stay few. */
const COUNTS_MAX = 20_000

export function createRefusalCounts(countsMax: number = COUNTS_MAX): RefusalCounts {
  let counts = new Map<string, RefusalCount>()

  const nameOf = ({ day, apiKey, code }: RefusalCount) => `${day} ${code} ${apiKey}`
  return {
    add(refusal) {
      const known = counts.get(nameOf(refusal))
      const kept =
        known !== undefined || counts.size < countsMax ? refusal : { ...refusal, apiKey: '' }
      const sum = known ?? counts.get(nameOf(kept))
      if (sum === undefined) counts.set(nameOf(kept), { ...kept })
      else sum.count += refusal.count
    },
    take() {
      const taken = [...counts.values()]
      counts = new Map()
      return taken
    },
  }
}

/** Costs one look-up in memory: the next `saveRefusals` writes to the database. */
export function countRefusal(ctx: Ctx, apiKey: string, code: string): void {
  const day = new Date(ctx.now()).toISOString().slice(0, 10)
  ctx.refusals.add({ day, apiKey, code, count: 1 })
}

/**
 * Adds the counts to the table. After a failure they are counted again and written the next time. If
 * only the database's answer was lost, they are counted twice, which a statistic can bear.
 */
export async function saveRefusals(ctx: Ctx): Promise<void> {
  const taken = ctx.refusals.take()
  if (taken.length === 0) return
  try {
    await addRefusals(ctx.db.run, taken)
  } catch (error) {
    for (const refusal of taken) ctx.refusals.add(refusal)
    throw error
  }
}
