import { selectAdmin } from '#db/queries/people/admins.ts'
import {
  selectPasskey,
  selectPasskeysOfAdmin,
  updatePasskeyUse,
} from '#db/queries/door/passkeys.ts'
import type { Ctx } from '#app/context.ts'
import { addressBucket, challengeBucket, takeAttempts } from './limit-attempts.ts'
import { done, refused, type Outcome } from '../outcome.ts'
import { beginAuthentication, finishAuthentication } from './passkey-ceremony.ts'
import type { Session } from './session.ts'
import { enter, type Entered, type Visitor } from './sign-in.ts'

type Begun = Awaited<ReturnType<typeof beginAuthentication>>

/** The question to the browser of a visitor who gave no name. */
export async function beginPasskeySignIn(
  ctx: Ctx,
  from: Pick<Visitor, 'address'>,
): Promise<Outcome<Begun, 'too_many'>> {
  if (!(await takeAttempts(ctx, [challengeBucket(from.address)]))) return refused('too_many')
  return done(await beginAuthentication(ctx, 'sign-in', null))
}

/**
 * A passkey alone is enough if its device verified the person: that makes two factors. A device that
 * did not (a bare security key) is one factor, and the portal asks for the second as after a password.
 */
export async function signInWithPasskey(
  ctx: Ctx,
  from: Visitor,
  { token, answer }: { token: string | null; answer: string },
): Promise<Outcome<Entered, 'wrong' | 'too_many'>> {
  if (!(await takeAttempts(ctx, [addressBucket(from.address)]))) return refused('too_many')
  const used = await finishAuthentication(ctx, 'sign-in', token, answer, (id) =>
    selectPasskey(ctx.db, id),
  )
  const admin = used === null ? null : await selectAdmin(ctx.db, used.passkey.admin)
  if (used === null || admin === null) return refused('wrong')
  if (!(await updatePasskeyUse(ctx.db, used.passkey.id, used.counter, new Date(ctx.now()))))
    return refused('wrong')
  const needsSecondFactor = admin.totpSecret !== null && !used.isPersonVerified
  return enter(ctx, from, { admin, passkey: used.passkey.id }, needsSecondFactor)
}

export async function beginPasskeyConfirmation(
  ctx: Ctx,
  session: Session,
): Promise<Outcome<Begun, 'too_many'>> {
  const { id } = session.admin
  if (!(await takeAttempts(ctx, [challengeBucket(id)]))) return refused('too_many')
  const passkeys = await selectPasskeysOfAdmin(ctx.db, id)
  return done(await beginAuthentication(ctx, 'confirm', { admin: id, passkeys }))
}

export async function confirmPasskey(
  ctx: Ctx,
  from: Visitor,
  session: Session,
  { token, answer }: { token: string | null; answer: string },
): Promise<Outcome<null, 'wrong' | 'too_many'>> {
  if (!(await takeAttempts(ctx, [addressBucket(from.address)]))) return refused('too_many')
  const used = await finishAuthentication(ctx, 'confirm', token, answer, (id) =>
    selectPasskey(ctx.db, id),
  )
  if (used?.passkey.admin !== session.admin.id) return refused('wrong')
  const at = new Date(ctx.now())
  return (await updatePasskeyUse(ctx.db, used.passkey.id, used.counter, at))
    ? done(null)
    : refused('wrong')
}
