import { deleteAttemptsBefore } from '#db/queries/door/attempts.ts'
import { deleteChallengesExpiredBefore } from '#db/queries/door/challenges.ts'
import { deleteInvitationsExpiredBefore } from '#db/queries/people/invitations.ts'
import type { Ctx } from '../context.ts'
import { DAY_MS } from '../values/duration.ts'

/**
 * Deletes challenges, buckets and invitations that no longer let anybody in. An expired link stays
 * for a month, so that a late visitor reads that it expired. A bucket is full again after a day
 * without an attempt, exactly like a bucket without a row.
 */
export async function forgetExpired(ctx: Ctx): Promise<void> {
  await deleteChallengesExpiredBefore(ctx.db, new Date(ctx.now()))
  await deleteAttemptsBefore(ctx.db, new Date(ctx.now() - DAY_MS))
  await deleteInvitationsExpiredBefore(ctx.db, new Date(ctx.now() - 30 * DAY_MS))
}
