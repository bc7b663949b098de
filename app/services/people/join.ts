import {
  insertAdmin,
  lockAdmin,
  lockAdmins,
  selectAdminRecord,
  selectAnyAdminExists,
  updateAdmin,
  type AdminRow,
} from '#db/queries/people/admins.ts'
import { deleteChallengesOfAdmin } from '#db/queries/door/challenges.ts'
import {
  lockInvitation,
  updateInvitationUsed,
  type InvitationRow,
} from '#db/queries/people/invitations.ts'
import {
  deletePasskeysOfAdmin,
  insertPasskey,
  selectPasskey,
  type PasskeyRow,
} from '#db/queries/door/passkeys.ts'
import { replaceRecoveryCodes } from '#db/queries/door/recovery-codes.ts'
import type { Ctx } from '#app/context.ts'
import { judgeAdminName, summarise } from '../door/admin-view.ts'
import { findInvitation, judgeInvitation, type LinkRefusal } from './invite-admin.ts'
import { challengeBucket, takeAttempts } from '../door/limit-attempts.ts'
import { nameSkeleton } from '../name-skeleton.ts'
import { hashToken } from '../door/one-time-token.ts'
import { done, refused, type Outcome } from '../outcome.ts'
import { beginRegistration, finishRegistration } from '../door/passkey-ceremony.ts'
import { hashPassword, judgePassword } from '../door/password.ts'
import {
  randomUuid,
  recordChange,
  type Actor,
  type Change,
  type Tx,
} from '../audit/record-change.ts'
import { closeSessionsOf, openSession } from '../door/session.ts'
import type { Visitor } from '../door/sign-in.ts'

export type JoinRefusal =
  LinkRefusal | 'invalid_name' | 'name_taken' | 'weak_password' | 'wrong_passkey'

/** The new admin's way to sign in. */
type WayIn =
  | { passwordHash: string; passkey: null; user: null }
  | {
      passwordHash: null
      passkey: Pick<PasskeyRow, 'id' | 'publicKey' | 'counter' | 'transports'>
      user: string
    }

/** The question to the browser of a visitor who chooses a passkey. */
export async function beginJoiningWithPasskey(
  ctx: Ctx,
  from: Pick<Visitor, 'address'>,
  { token, name }: { token: string; name: string },
): Promise<
  Outcome<Awaited<ReturnType<typeof beginRegistration>>, LinkRefusal | 'invalid_name' | 'too_many'>
> {
  const found = await findInvitation(ctx, token)
  if (!found.ok) return found
  const whose = found.value.admin
  const judged = whose === null ? judgeAdminName(name) : done(null)
  if (!judged.ok) return judged
  const slow = await takeAttempts(ctx, [challengeBucket(from.address)])
  if (slow !== null) return slow
  const values = { admin: whose?.id ?? randomUuid(ctx), name: whose?.name ?? name }
  return done(await beginRegistration(ctx, 'join', { ...values, existing: [] }))
}

export async function joinWithPasskey(
  ctx: Ctx,
  from: Visitor,
  values: { token: string; name: string; challenge: string | null; answer: string },
): Promise<Outcome<string, JoinRefusal>> {
  const made = await finishRegistration(ctx, 'join', values.challenge, values.answer)
  if (made === null) return refused('wrong_passkey')
  return join(ctx, from, values, { ...made, passwordHash: null })
}

/** Gives the token of the new admin's first session. */
export async function joinWithPassword(
  ctx: Ctx,
  from: Visitor,
  values: { token: string; name: string; password: string },
): Promise<Outcome<string, JoinRefusal>> {
  // The link is checked first: a stranger without one must not make the portal hash passwords.
  const found = await findInvitation(ctx, values.token)
  if (!found.ok) return found
  const judged = judgePassword(values.password, found.value.admin?.name ?? values.name)
  if (!judged.ok) return judged
  const passwordHash = await hashPassword(values.password)
  return join(ctx, from, values, { passwordHash, passkey: null, user: null })
}

/** The invitation's row is locked: of two requests with one link, the second finds it used. */
function join(
  ctx: Ctx,
  from: Visitor,
  { token, name }: { token: string; name: string },
  way: WayIn,
): Promise<Outcome<string, JoinRefusal>> {
  const hash = hashToken(token)
  if (hash === null) return Promise.resolve(refused('unknown'))
  const by: Actor = { actor: name, address: from.address, requestId: from.requestId }
  return recordChange<string, JoinRefusal>(ctx, by, async (tx, now) => {
    const judged = judgeInvitation(ctx, await lockInvitation(tx, hash))
    if (!judged.ok) return { result: judged }
    const invitation = judged.value
    // Checked before the first write: a later refusal would commit the writes before it.
    if (way.passkey !== null && (await selectPasskey({ orm: tx }, way.passkey.id)) !== null)
      return { result: refused('wrong_passkey') }
    const at = await now()
    const entered =
      invitation.admin === null
        ? await create(tx, invitation, name, way, way.user ?? randomUuid(ctx), at)
        : await replaceWays(ctx, tx, invitation.admin, way, at)
    if (!entered.ok) return { result: entered }
    await updateInvitationUsed(tx, invitation.id, new Date(ctx.now()))
    const { id, change } = entered.value
    return { result: done(await openSession(ctx, id, from, tx)), change }
  })
}

type Joined = Outcome<{ id: string; change: Change }, JoinRefusal>

async function create(
  tx: Tx,
  invitation: InvitationRow,
  name: string,
  way: WayIn,
  id: string,
  createdAt: Date,
): Promise<Joined> {
  const judged = judgeAdminName(name)
  if (!judged.ok) return judged
  if (invitation.kind === 'setup') {
    // Two portals that start together make two set-up links; the lock lets one of them make an owner.
    await lockAdmins(tx)
    if (await selectAnyAdminExists({ orm: tx })) return refused('used')
  }
  const row: AdminRow = {
    id,
    name,
    nameKey: nameSkeleton(name),
    role: invitation.role,
    passwordHash: way.passwordHash,
    totpSecret: null,
    totpStep: null,
    createdAt,
    removedAt: null,
  }
  if (!(await insertAdmin(tx, row))) return refused('name_taken')
  await addFirstPasskey(tx, way, id, createdAt)
  const after = summarise((await selectAdminRecord({ orm: tx }, id))!)
  return done({ id, change: { action: 'admin.join', subject: name, before: null, after } })
}

/**
 * A recovery removes every earlier way to sign in, because a thief may have it. The second factor
 * goes too, or an owner who lost it still could not sign in.
 */
async function replaceWays(ctx: Ctx, tx: Tx, id: string, way: WayIn, at: Date): Promise<Joined> {
  const admin = await lockAdmin(tx, id)
  if (admin === null) return refused('unknown')
  if (way.user !== null && way.user !== id) return refused('wrong_passkey')
  const before = summarise((await selectAdminRecord({ orm: tx }, id))!)
  await updateAdmin(tx, id, { passwordHash: way.passwordHash, totpSecret: null, totpStep: null })
  await replaceRecoveryCodes(tx, id, [])
  await deletePasskeysOfAdmin(tx, id)
  await deleteChallengesOfAdmin({ orm: tx }, id)
  await closeSessionsOf(ctx, id, null, tx)
  await addFirstPasskey(tx, way, id, at)
  const after = summarise((await selectAdminRecord({ orm: tx }, id))!)
  return done({
    id,
    // A recovery link asks for no name: the link says whose it is.
    change: { action: 'admin.recover', actor: admin.name, subject: admin.name, before, after },
  })
}

async function addFirstPasskey(tx: Tx, way: WayIn, admin: string, at: Date): Promise<void> {
  if (way.passkey === null) return
  const row = { ...way.passkey, admin, name: 'First passkey', createdAt: at, lastUsedAt: null }
  if (!(await insertPasskey(tx, row)))
    throw new Error('one credential was registered twice at once')
}
