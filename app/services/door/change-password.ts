import { selectAdmin, updateAdmin } from '#db/queries/people/admins.ts'
import { deleteChallengesOfAdmin } from '#db/queries/door/challenges.ts'
import type { Ctx } from '#app/context.ts'
import { changeAdmin } from './change-admin.ts'
import { done, refused, type Outcome } from '../outcome.ts'
import { hashPassword, judgePassword } from './password.ts'
import type { Actor } from '../audit/record-change.ts'
import { closeSessionsOf, type Session } from './session.ts'
import { checkOwnPassword, type Visitor } from './sign-in.ts'

export type ChangePasswordRefusal = 'wrong' | 'too_many' | 'weak_password' | 'not_found'

/**
 * Asks for the current password, because a session alone proves no knowledge of it; an admin who has
 * only passkeys has none to give. Ends every other session: an attacker may have opened one with the
 * old password.
 */
export async function changePassword(
  ctx: Ctx,
  by: Actor,
  from: Visitor,
  session: Session,
  { current, password }: { current: string | null; password: string },
): Promise<Outcome<null, ChangePasswordRefusal>> {
  const { id, name } = session.admin
  const judged = judgePassword(password, name)
  if (!judged.ok) return judged
  const before = (await selectAdmin(ctx.db, id))?.passwordHash ?? null
  if (before !== null) {
    const checked = await checkOwnPassword(ctx, from, session, current ?? '')
    if (!checked.ok) return checked
  }
  const passwordHash = await hashPassword(password)
  const what = { action: 'admin.update', changed: 'password' } as const
  return changeAdmin<null, 'wrong'>(ctx, by, id, what, async (tx, admin) => {
    // The row is locked now: a password that was set meanwhile is not the one that was checked.
    if (admin.passwordHash !== before) return refused('wrong')
    await updateAdmin(tx, id, { passwordHash })
    await deleteChallengesOfAdmin({ orm: tx }, id)
    await closeSessionsOf(ctx, id, session, tx)
    return done(null)
  })
}
