import { addRefusals, type RefusalCount } from '#db/queries/ingest/refusals.ts'
import type { Ctx, RefusalCounts } from '#app/context.ts'

/** Above this a key's refusals are counted by code alone: there are few codes and fewer days. */
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

/** Costs a look into a map: nothing is written before the next `saveRefusals`. */
export function countRefusal(ctx: Ctx, apiKey: string, code: string): void {
  const day = new Date(ctx.now()).toISOString().slice(0, 10)
  ctx.refusals.add({ day, apiKey, code, count: 1 })
}

/**
 * Adds what was counted to the table. If that fails it is counted again and written next time; were
 * only the database's answer lost, it would be there twice. For a statistic that is good enough.
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
