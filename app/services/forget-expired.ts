import { deleteAttemptsBefore } from '#db/queries/door/attempts.ts'
import { deleteChallengesExpiredBefore } from '#db/queries/door/challenges.ts'
import { deleteInvitationsExpiredBefore } from '#db/queries/people/invitations.ts'
import type { Ctx } from '../context.ts'
import { DAY_MS } from '../values/duration.ts'

/**
 * What no longer lets anybody in. Links stay for a month, so that one who comes late is told so;
 * a bucket that nobody used for a day is full, as one that isn't there.
 */
export async function forgetExpired(ctx: Ctx): Promise<void> {
  await deleteChallengesExpiredBefore(ctx.db, new Date(ctx.now()))
  await deleteAttemptsBefore(ctx.db, new Date(ctx.now() - DAY_MS))
  await deleteInvitationsExpiredBefore(ctx.db, new Date(ctx.now() - 30 * DAY_MS))
}
