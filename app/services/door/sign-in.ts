import {
  lockAdmin,
  selectAdmin,
  selectAdminByName,
  type AdminRow,
} from '#db/queries/people/admins.ts'
import { selectPasskey, selectPasskeysOfAdmin } from '#db/queries/door/passkeys.ts'
import type { Ctx } from '#app/context.ts'
import { sha256 } from '#app/values/sha256.ts'
import { findChallenge, openChallenge, takeChallenge } from './challenge.ts'
import { deviceToken, isDeviceOf } from './known-device.ts'
import { codeBuckets, passwordBuckets, returnAttempts, takeAttempts } from './limit-attempts.ts'
import { nameSkeleton } from '../name-skeleton.ts'
import { done, refused, type Outcome } from '../outcome.ts'
import { noteFailedSignIn, noteSignIn } from './note-sign-in.ts'
import { verifyPassword } from './password.ts'
import type { Tx } from '../audit/record-change.ts'
import { checkSecondFactor, wayOfCode } from './second-factor.ts'
import { openSession, type Session } from './session.ts'

/** A person who is not signed in yet, or who proves their identity again. */
export interface Visitor {
  address: string
  userAgent: string
  requestId: string
  /** The token that their browser kept from an earlier sign-in (known-device.ts). */
  device?: string | null
}

/** A token for the session's cookie, or for the cookie of a second factor's challenge. */
export type Entered = { kind: 'session' | 'second-factor'; token: string }

/** The form asks again when the argon2 queue is full: a place in it is free after seconds. */
const QUEUE_WAIT_SECONDS = 10

/** Answers alike for a wrong password, an unknown name and an admin without a password. */
export async function signIn(
  ctx: Ctx,
  from: Visitor,
  { name, password }: { name: string; password: string },
): Promise<Outcome<Entered, 'wrong' | 'too_many' | 'passkey_needed'>> {
  const checked = await checkPassword(ctx, from, name, password)
  if (!checked.ok) return checked
  const admin = checked.value
  if (await needsPasskey(ctx, admin)) {
    await noteFailedSignIn(ctx, from, { by: 'password', whose: admin.name, why: 'password alone' })
    return refused('passkey_needed')
  }
  const proven = { admin, passkey: null, by: 'password' }
  return enter(ctx, from, proven, admin.totpSecret !== null)
}

/**
 * Whether a password alone is too little. An admin without any second factor comes in and has to set
 * one up; an admin with a passkey has two factors in it.
 */
const needsPasskey = async (ctx: Ctx, { id, totpSecret }: AdminRow): Promise<boolean> =>
  ctx.config.requireSecondFactor &&
  totpSecret === null &&
  (await selectPasskeysOfAdmin(ctx.db, id)).length > 0

/** `session`: an admin who is in already, and who proves their identity again. */
async function checkPassword(
  ctx: Ctx,
  from: Visitor,
  name: string,
  password: string,
  session: Session | null = null,
): Promise<Outcome<AdminRow, 'wrong' | 'too_many'>> {
  const typed = name.trim().slice(0, 200)
  const nameKey = nameSkeleton(typed)
  const admin = await selectAdminByName(ctx.db, { name: typed, nameKey })
  const fail = async <Refusal extends { code: 'wrong' | 'too_many' }>(refusal: Refusal) => {
    const why = refusal.code === 'wrong' ? 'wrong password' : 'too many tries'
    await noteFailedSignIn(ctx, from, { by: 'password', whose: admin?.name ?? null, why, session })
    return refusal
  }
  const isKnown = admin !== null && isDeviceOf(ctx, admin.id, from.device)
  const buckets = passwordBuckets({ ...from, isKnown }, nameKey, admin?.id ?? null)
  const slow = await takeAttempts(ctx, buckets)
  if (slow !== null) return fail(slow)
  const isRight = await verifyPassword(admin?.passwordHash ?? null, password)
  if (isRight === null) {
    await returnAttempts(ctx, buckets)
    return fail(refused('too_many', { waitSeconds: QUEUE_WAIT_SECONDS }))
  }
  if (admin === null || !isRight) return fail(refused('wrong'))
  await returnAttempts(ctx, buckets)
  return done(admin)
}

/** The admin's row as it was during the check, and the passkey if one was used. */
interface Proven {
  admin: AdminRow
  passkey: string | null
  /** The proofs in words, for the audit. */
  by: string
}

/** Changes with the password and tells nothing about it. */
const markOf = (admin: AdminRow): string => sha256(admin.passwordHash ?? '').toString('base64url')

/** The second step needs this from the first: the mark, and a passkey's id after a dot. */
const writeFirstStep = ({ admin, passkey }: Pick<Proven, 'admin' | 'passkey'>): string =>
  passkey === null ? markOf(admin) : `${markOf(admin)}.${passkey}`

const readFirstStep = (value: string): { mark: string; passkey: string | null } => {
  const [mark = '', passkey = null] = value.split('.')
  return { mark, passkey }
}

/** Opens the session, or asks for the second factor first. */
export async function enter(
  ctx: Ctx,
  from: Visitor,
  proven: Proven,
  needsSecondFactor: boolean,
): Promise<Outcome<Entered, 'wrong'>> {
  if (needsSecondFactor) {
    const value = writeFirstStep(proven)
    const token = await openChallenge(ctx, {
      kind: 'second-factor',
      admin: proven.admin.id,
      value,
    })
    return done({ kind: 'second-factor', token })
  }
  const token = await ctx.db.transaction(async (tx) => {
    if (!(await stillHolds(tx, proven))) return null
    await noteSignIn(ctx, from, proven.admin.name, proven.by, tx)
    return openSession(ctx, proven.admin.id, from, tx)
  })
  return token === null ? refused('wrong') : done({ kind: 'session', token })
}

/**
 * Closes a race: a change of the password, the removal of a passkey or of the admin, or a recovery
 * ends all sessions, and may run during this sign-in. The new session would come after it. So the
 * admin's row is locked and read again: the other change waits and then ends the new session, or it
 * is finished and seen here.
 */
async function stillHolds(tx: Tx, { admin, passkey }: Proven): Promise<boolean> {
  const now = await lockAdmin(tx, admin.id)
  if (now === null || now.passwordHash !== admin.passwordHash) return false
  return passkey === null || (await selectPasskey({ orm: tx }, passkey))?.admin === admin.id
}

/** The second step; `token` is the challenge's. A visitor may try again until it expires. */
export async function finishSignIn(
  ctx: Ctx,
  from: Visitor,
  token: string | null,
  code: string,
): Promise<Outcome<Entered, 'wrong' | 'too_many' | 'expired'>> {
  const challenge = await findChallenge(ctx, 'second-factor', token)
  const admin = challenge?.admin == null ? null : await selectAdmin(ctx.db, challenge.admin)
  if (challenge === null || admin === null) return refused('expired')
  const isKnown = isDeviceOf(ctx, admin.id, from.device)
  const checked = await checkCode(ctx, from, { admin, isKnown, session: null }, code)
  if (!checked.ok) return checked
  // The mark differs if the password was changed since the first step.
  const isTaken = (await takeChallenge(ctx, 'second-factor', token)) === null
  const { mark, passkey } = readFirstStep(challenge.value)
  if (isTaken || mark !== markOf(admin)) return refused('expired')
  const by = `${passkey === null ? 'password' : 'passkey'} and ${checked.value}`
  return enter(ctx, from, { admin, passkey, by }, false)
}

/** Gives the kind of the code that was right. */
async function checkCode(
  ctx: Ctx,
  from: Visitor,
  {
    admin,
    isKnown,
    session,
  }: { admin: Pick<AdminRow, 'id' | 'name'>; isKnown: boolean; session: Session | null },
  code: string,
): Promise<Outcome<string, 'wrong' | 'too_many'>> {
  const way = wayOfCode(code)
  const fail = async <Refusal extends { code: 'wrong' | 'too_many' }>(refusal: Refusal) => {
    const why = refusal.code === 'wrong' ? `wrong ${way}` : 'too many tries'
    await noteFailedSignIn(ctx, from, { by: way, whose: admin.name, why, session })
    return refusal
  }
  const buckets = codeBuckets({ ...from, isKnown }, admin.id)
  const slow = await takeAttempts(ctx, buckets)
  if (slow !== null) return fail(slow)
  const by = { actor: admin.name, address: from.address, requestId: from.requestId }
  if (!(await checkSecondFactor(ctx, by, admin.id, code))) return fail(refused('wrong'))
  await returnAttempts(ctx, buckets)
  return done(way)
}

/** Whether there is a second step to take. */
export const isAskedForCode = async (ctx: Ctx, token: string | null): Promise<boolean> =>
  (await findChallenge(ctx, 'second-factor', token)) !== null

/** The session's admin, if this is their password; guesses count as at the sign-in. */
export async function checkOwnPassword(
  ctx: Ctx,
  from: Visitor,
  session: Session,
  password: string,
): Promise<Outcome<AdminRow, 'wrong' | 'too_many'>> {
  const { id, name } = session.admin
  // An open session proves that this admin signed in before.
  const known = { ...from, device: deviceToken(ctx, id) }
  const checked = await checkPassword(ctx, known, name, password, session)
  return checked.ok && checked.value.id !== id ? refused('wrong') : checked
}

/**
 * Proves the identity of a session's admin again before a sensitive act, with all that a sign-in by
 * password asks for.
 */
export async function confirmPassword(
  ctx: Ctx,
  from: Visitor,
  session: Session,
  { password, code }: { password: string; code: string | null },
): Promise<Outcome<null, 'wrong' | 'wrong_code' | 'too_many'>> {
  // An open session proves that this admin signed in before.
  const known = { ...from, device: deviceToken(ctx, session.admin.id) }
  const checked = await checkOwnPassword(ctx, from, session, password)
  if (!checked.ok) return checked
  const admin = checked.value
  if (await needsPasskey(ctx, admin)) return refused('wrong')
  if (admin.totpSecret === null) return done(null)
  const second = await checkCode(ctx, known, { admin, isKnown: true, session }, code ?? '')
  if (second.ok) return done(null)
  return second.code === 'wrong' ? refused('wrong_code') : { ...second, code: second.code }
}
