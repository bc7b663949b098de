import { selectAdmin } from '#db/queries/people/admins.ts'
import {
  selectPasskey,
  selectPasskeysOfAdmin,
  updatePasskeyUse,
} from '#db/queries/door/passkeys.ts'
import type { Ctx } from '#app/context.ts'
import { addressBucket, challengeBucket, takeAttempts } from './limit-attempts.ts'
import { noteFailedSignIn } from './note-sign-in.ts'
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
  const slow = await takeAttempts(ctx, [challengeBucket(from.address)])
  if (slow !== null) return slow
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
  const fail = noteFailure(ctx, from, null)
  const slow = await takeAttempts(ctx, [addressBucket(from.address)])
  if (slow !== null) return fail(slow, null)
  const used = await finishAuthentication(ctx, 'sign-in', token, answer, (id) =>
    selectPasskey(ctx.db, id),
  )
  const admin = used === null ? null : await selectAdmin(ctx.db, used.passkey.admin)
  if (used === null || admin === null) return fail(refused('wrong'), null)
  if (!(await updatePasskeyUse(ctx.db, used.passkey.id, used.counter, new Date(ctx.now()))))
    return fail(refused('wrong'), admin.name)
  const hasSecondFactor = admin.totpSecret !== null
  if (ctx.config.requireSecondFactor && !used.isPersonVerified && !hasSecondFactor)
    return fail(refused('wrong'), admin.name)
  const proven = { admin, passkey: used.passkey.id, by: 'passkey' }
  return enter(ctx, from, proven, hasSecondFactor && !used.isPersonVerified)
}

/** Returns the refusal that it noted. */
const noteFailure =
  (ctx: Ctx, from: Visitor, session: Session | null) =>
  async <Refusal extends { code: 'wrong' | 'too_many' }>(
    refusal: Refusal,
    whose: string | null,
  ): Promise<Refusal> => {
    const why = refusal.code === 'wrong' ? 'wrong passkey' : 'too many tries'
    await noteFailedSignIn(ctx, from, { by: 'passkey', whose, why, session })
    return refusal
  }

export async function beginPasskeyConfirmation(
  ctx: Ctx,
  session: Session,
): Promise<Outcome<Begun, 'too_many'>> {
  const { id } = session.admin
  const slow = await takeAttempts(ctx, [challengeBucket(id)])
  if (slow !== null) return slow
  const passkeys = await selectPasskeysOfAdmin(ctx.db, id)
  return done(await beginAuthentication(ctx, 'confirm', { admin: id, passkeys }))
}

export async function confirmPasskey(
  ctx: Ctx,
  from: Visitor,
  session: Session,
  { token, answer }: { token: string | null; answer: string },
): Promise<Outcome<null, 'wrong' | 'too_many'>> {
  const fail = noteFailure(ctx, from, session)
  const { name } = session.admin
  const slow = await takeAttempts(ctx, [addressBucket(from.address)])
  if (slow !== null) return fail(slow, name)
  const used = await finishAuthentication(ctx, 'confirm', token, answer, (id) =>
    selectPasskey(ctx.db, id),
  )
  if (used?.passkey.admin !== session.admin.id) return fail(refused('wrong'), name)
  const at = new Date(ctx.now())
  return (await updatePasskeyUse(ctx.db, used.passkey.id, used.counter, at))
    ? done(null)
    : fail(refused('wrong'), name)
}
