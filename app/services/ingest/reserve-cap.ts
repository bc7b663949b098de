import { randomBase62 } from '../random-base62.ts'
import { deleteReservation, insertReservation } from '#db/queries/ingest/caps.ts'
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
  const reservation = `rsv_${randomBase62(ctx, 22)}`
  return {
    reservation,
    ...(await insertReservation(ctx.db, { ...values, id: reservation, apiKey })),
  }
}

/** Gives the rest of a reservation back. False if this API key has no reservation of that id. */
export const releaseReservation = async (ctx: Ctx, apiKey: string, id: string): Promise<boolean> =>
  RESERVATION.test(id) && (await deleteReservation(ctx.db, id, apiKey))
