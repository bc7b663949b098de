import { lockAlert, updateAlertData } from '#db/queries/alerts/alerts.ts'
import { selectNow } from '#db/queries/clock.ts'
import type { Ctx } from '#app/context.ts'
import { HOUR_MS } from '#app/values/duration.ts'
import { STORED_RECEIPTS_MAX, type FailureNote } from './note-failure.ts'
import {
  failureAlert,
  failureOccasion,
  raiseAlerts,
  type FailedVerifications,
} from './raise-alert.ts'
import type { Tx } from '../audit/record-change.ts'

/**
 * Raises one alert for each signing key and hour in which receipts failed verification. Failures
 * that follow within the hour, in any process, are added to that alert's numbers, which the list
 * shows and a later attempt sends. The notes wait while the database is away.
 */
export async function tellFailures(ctx: Ctx): Promise<void> {
  const notes = ctx.failures.take()
  if (notes.length === 0) return
  try {
    await ctx.db.transaction(async (tx) => {
      const now = (await selectNow(tx)).getTime()
      const hour = new Date(now - (now % HOUR_MS)).toISOString()
      for (const note of notes.toSorted((a, b) => (a.kid < b.kid ? -1 : 1)))
        await tell(ctx, tx, note, hour)
    })
  } catch (error) {
    ctx.failures.putBack(notes)
    throw error
  }
}

async function tell(ctx: Ctx, tx: Tx, note: FailureNote, hour: string): Promise<void> {
  const { issuer, kid, refusedPosts, storedReceipts } = note
  const data = { issuer, kid, hour, refusedPosts, storedReceipts: [...storedReceipts] }
  if ((await raiseAlerts(ctx, tx, [failureAlert(data)])) > 0) return
  const told = await lockAlert(tx, failureOccasion(kid, hour))
  if (told === null) return
  const before = told.data as FailedVerifications
  const receipts = new Set([...before.storedReceipts, ...storedReceipts])
  await updateAlertData(tx, told.id, {
    ...data,
    refusedPosts: before.refusedPosts + refusedPosts,
    storedReceipts: [...receipts].slice(0, STORED_RECEIPTS_MAX),
  })
}
