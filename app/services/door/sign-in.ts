import {
  lockAdmin,
  selectAdmin,
  selectAdminByName,
  type AdminRow,
} from '#db/queries/people/admins.ts'
import { selectPasskey } from '#db/queries/door/passkeys.ts'
import type { Ctx } from '#app/context.ts'
import { sha256 } from '#app/values/sha256.ts'
import { findChallenge, openChallenge, takeChallenge } from './challenge.ts'
import { deviceToken, isDeviceOf } from './known-device.ts'
import {
  accountBucket,
  addressBucket,
  codeBucket,
  deviceBucket,
  returnAttempts,
  takeAttempts,
} from './limit-attempts.ts'
import { nameSkeleton } from '../name-skeleton.ts'
import { done, refused, type Outcome } from '../outcome.ts'
import { verifyPassword } from './password.ts'
import type { Tx } from '../audit/record-change.ts'
import { checkSecondFactor } from './second-factor.ts'
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

/** Answers alike for a wrong password, an unknown name and an admin without a password. */
export async function signIn(
  ctx: Ctx,
  from: Visitor,
  { name, password }: { name: string; password: string },
): Promise<Outcome<Entered, 'wrong' | 'too_many'>> {
  const admin = await checkPassword(ctx, from, name, password)
  if (!admin.ok) return admin
  return enter(ctx, from, { admin: admin.value, passkey: null }, admin.value.totpSecret !== null)
}

async function checkPassword(
  ctx: Ctx,
  from: Visitor,
  name: string,
  password: string,
): Promise<Outcome<AdminRow, 'wrong' | 'too_many'>> {
  const nameKey = nameSkeleton(name.trim().slice(0, 200))
  const admin = await selectAdminByName(ctx.db, nameKey)
  const isKnown = admin !== null && isDeviceOf(ctx, admin.id, from.device)
  const buckets = [
    addressBucket(from.address),
    isKnown ? deviceBucket(admin.id) : accountBucket(nameKey),
  ]
  if (!(await takeAttempts(ctx, buckets))) return refused('too_many')
  const isRight = await verifyPassword(admin?.passwordHash ?? null, password)
  if (isRight === null) {
    await returnAttempts(ctx, buckets)
    return refused('too_many')
  }
  if (admin === null || !isRight) return refused('wrong')
  await returnAttempts(ctx, buckets)
  return done(admin)
}

/** The admin's row as it was during the check, and the passkey if one was used. */
interface Proven {
  admin: AdminRow
  passkey: string | null
}

/** Changes with the password and tells nothing about it. */
const markOf = (admin: AdminRow): string => sha256(admin.passwordHash ?? '').toString('base64url')

/** The second step needs this from the first: the mark, and a passkey's id after a dot. */
const writeFirstStep = ({ admin, passkey }: Proven): string =>
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
  const token = await ctx.db.transaction(async (tx) =>
    (await stillHolds(tx, proven)) ? openSession(ctx, proven.admin.id, from, tx) : null,
  )
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
  const buckets = [addressBucket(from.address), codeBucket(admin.id, isKnown)]
  if (!(await takeAttempts(ctx, buckets))) return refused('too_many')
  const by = { actor: admin.name, address: from.address, requestId: from.requestId }
  if (!(await checkSecondFactor(ctx, by, admin.id, code))) return refused('wrong')
  await returnAttempts(ctx, buckets)
  // The mark differs if the password was changed since the first step.
  const isTaken = (await takeChallenge(ctx, 'second-factor', token)) === null
  const { mark, passkey } = readFirstStep(challenge.value)
  if (isTaken || mark !== markOf(admin)) return refused('expired')
  return enter(ctx, from, { admin, passkey }, false)
}

/** Whether there is a second step to take. */
export const isAskedForCode = async (ctx: Ctx, token: string | null): Promise<boolean> =>
  (await findChallenge(ctx, 'second-factor', token)) !== null

/** The session's admin, if this is their password; guesses count as at the sign-in. */
export async function checkOwnPassword(
  ctx: Ctx,
  from: Visitor,
  { admin: { id, name } }: Session,
  password: string,
): Promise<Outcome<AdminRow, 'wrong' | 'too_many'>> {
  // An open session proves that this admin signed in before.
  const known = { ...from, device: deviceToken(ctx, id) }
  const checked = await checkPassword(ctx, known, name, password)
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
  const checked = await checkOwnPassword(ctx, from, session, password)
  if (!checked.ok) return checked
  const admin = checked.value
  if (admin.totpSecret === null) return done(null)
  const buckets = [addressBucket(from.address), codeBucket(admin.id, true)]
  if (!(await takeAttempts(ctx, buckets))) return refused('too_many')
  const by = { actor: admin.name, address: from.address, requestId: from.requestId }
  if (!(await checkSecondFactor(ctx, by, admin.id, code ?? ''))) return refused('wrong_code')
  await returnAttempts(ctx, buckets)
  return done(null)
}
