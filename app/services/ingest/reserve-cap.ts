import { randomBase62 } from '../random-base62.ts'
import type { UsageRow } from '#db/queries/ingest/ingest.ts'
import type { Ctx } from '#app/context.ts'

export type { UsageRow } from '#db/queries/ingest/ingest.ts'

const RESERVATION = /^rsv_[0-9A-Za-z]{22}$/

/** Holds places under the cap before a model call is paid for. `expiresAt` is null without room. */
export async function reserveCap(
  ctx: Ctx,
  apiKey: string,
  values: { count: number; ttlSeconds: number },
): Promise<{ reservation: string; expiresAt: Date | null; usage: UsageRow }> {
  const id = `rsv_${randomBase62(ctx, 22)}`
  const { usage, expiresAt = null } = await ctx.db.groups.ingest.call({ apiKey, id, ...values })
  return { reservation: id, expiresAt, usage }
}

/** Gives the rest of a reservation back. False if this API key has no reservation of that id. */
export async function releaseReservation(ctx: Ctx, apiKey: string, id: string): Promise<boolean> {
  if (!RESERVATION.test(id)) return false
  const { answer } = await ctx.db.groups.ingest.call({ apiKey, id, count: null })
  return answer === 'released'
}
