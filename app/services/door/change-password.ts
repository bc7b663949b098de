import { updateAdmin } from '#db/queries/people/admins.ts'
import { deleteChallengesOfAdmin } from '#db/queries/door/challenges.ts'
import type { Ctx } from '#app/context.ts'
import { changeAdmin } from './change-admin.ts'
import { done, type Outcome } from '../outcome.ts'
import { hashPassword, judgePassword } from './password.ts'
import type { Actor } from '../audit/record-change.ts'
import { closeSessionsOf, type Session } from './session.ts'

/** Ends every other session: an attacker may have opened one with the old password. */
export async function changePassword(
  ctx: Ctx,
  by: Actor,
  session: Session,
  password: string,
): Promise<Outcome<null, 'weak_password' | 'not_found'>> {
  const { id, name } = session.admin
  const judged = judgePassword(password, name)
  if (!judged.ok) return judged
  const passwordHash = await hashPassword(password)
  const what = { action: 'admin.update', changed: 'password' } as const
  return changeAdmin<null, never>(ctx, by, id, what, async (tx) => {
    await updateAdmin(tx, id, { passwordHash })
    await deleteChallengesOfAdmin({ orm: tx }, id)
    await closeSessionsOf(ctx, id, session, tx)
    return done(null)
  })
}
