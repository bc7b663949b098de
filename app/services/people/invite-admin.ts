import { Buffer } from 'node:buffer'
import {
  lockAdmin,
  lockAdmins,
  lockRole,
  selectAdmin,
  selectAdminByName,
  selectAnyAdminExists,
  selectOwners,
} from '#db/queries/people/admins.ts'
import {
  deleteInvitation,
  deleteInvitations,
  insertInvitation,
  selectInvitation,
  selectOpenInvitations,
  type InvitationRow,
} from '#db/queries/people/invitations.ts'
import type { Ctx } from '#app/context.ts'
import { DAY_MS, HOUR_MS } from '#app/values/duration.ts'
import { ACTOR_SERVER, type Role } from '../door/admin-view.ts'
import { nameSkeleton } from '../name-skeleton.ts'
import { createToken, hashToken } from '../door/one-time-token.ts'
import { done, refused, type Outcome } from '../outcome.ts'
import { recordChange, type Actor } from '../audit/record-change.ts'

export const LIFE_MS: Record<InvitationRow['kind'], number> = {
  setup: HOUR_MS,
  invite: 7 * DAY_MS,
  recover: HOUR_MS,
}
/** Open invitations at a time. */
export const INVITATIONS_MAX = 50

const joinUrl = (ctx: Ctx, token: string): string => `${ctx.config.publicUrl}/admin/join/${token}`

/** Safe to show in the audit and in forms: the token can't be computed from its digest. */
const invitationId = (hash: Uint8Array): string => Buffer.from(hash).toString('hex')
const auditName = (hash: Uint8Array): string => `invitation ${invitationId(hash).slice(0, 8)}`

function newRow(
  ctx: Ctx,
  values: Pick<InvitationRow, 'kind' | 'role' | 'admin' | 'createdBy'>,
): { url: string; row: InvitationRow } {
  const { token, hash } = createToken(ctx)
  const createdAt = new Date(ctx.now())
  const expiresAt = new Date(ctx.now() + LIFE_MS[values.kind])
  return {
    url: joinUrl(ctx, token),
    row: { ...values, id: hash, createdAt, expiresAt, usedAt: null },
  }
}

/** The first owner's link, or null once an admin exists. An older set-up link stops working. */
export function inviteFirstOwner(ctx: Ctx): Promise<string | null> {
  return ctx.db.transaction(async (tx) => {
    await lockAdmins(tx)
    if (await selectAnyAdminExists({ orm: tx })) return null
    await deleteInvitations(tx, 'setup', null)
    const { url, row } = newRow(ctx, {
      kind: 'setup',
      role: 'owner',
      admin: null,
      createdBy: ACTOR_SERVER,
    })
    await insertInvitation(tx, row)
    return url
  })
}

export interface Invited {
  url: string
  role: Role
  expiresAt: string
}

/** Whether there has ever been an admin. */
export const isConsoleSetUp = (ctx: Ctx): Promise<boolean> => selectAnyAdminExists(ctx.db)

/**
 * A link for one person; this answer alone holds it. The owner's row is locked: the removal of an
 * owner deletes their links, and this link must not be written after that.
 */
export function inviteAdmin(
  ctx: Ctx,
  by: Actor,
  role: Role,
): Promise<Outcome<Invited, 'too_many' | 'not_allowed'>> {
  return recordChange<Invited, 'too_many' | 'not_allowed'>(ctx, by, async (tx) => {
    const maker = await lockRole(tx, by.actor)
    if (maker !== null && (maker.removedAt !== null || maker.role !== 'owner'))
      return { result: refused('not_allowed') }
    const open = await selectOpenInvitations(
      { orm: tx },
      'invite',
      new Date(ctx.now()),
      INVITATIONS_MAX,
    )
    if (open.length >= INVITATIONS_MAX) return { result: refused('too_many') }
    const { url, row } = newRow(ctx, { kind: 'invite', role, admin: null, createdBy: by.actor })
    await insertInvitation(tx, row)
    const expiresAt = row.expiresAt.toISOString()
    return {
      result: done({ url, role, expiresAt }),
      change: {
        action: 'admin.invite',
        subject: auditName(row.id),
        before: null,
        after: { role, expiresAt },
      },
    }
  })
}

/** A link for an owner who lost every way to sign in; a person with the server's shell makes it. */
export async function recoverOwner(
  ctx: Ctx,
  name: string,
): Promise<Outcome<string, 'no_admins' | 'not_an_owner'>> {
  const by: Actor = { actor: ACTOR_SERVER, address: null, requestId: null }
  const admin = await selectAdminByName(ctx.db, { name, nameKey: nameSkeleton(name) })
  if (admin?.role !== 'owner') {
    const owners = (await selectOwners(ctx.db)).map((row) => row.name)
    return owners.length === 0
      ? refused('no_admins')
      : refused('not_an_owner', { detail: owners.join(', ') })
  }
  return recordChange<string, never>(ctx, by, async (tx) => {
    await lockAdmin(tx, admin.id)
    await deleteInvitations(tx, 'recover', admin.id)
    const { url, row } = newRow(ctx, {
      kind: 'recover',
      role: 'owner',
      admin: admin.id,
      createdBy: ACTOR_SERVER,
    })
    await insertInvitation(tx, row)
    const after = { link: 'made', expiresAt: row.expiresAt.toISOString() }
    return {
      result: done(url),
      change: { action: 'admin.recover', subject: admin.name, before: null, after },
    }
  })
}

export interface InvitationView {
  id: string
  role: Role
  createdBy: string
  createdAt: string
  expiresAt: string
}

export const listInvitations = async (ctx: Ctx): Promise<InvitationView[]> =>
  (await selectOpenInvitations(ctx.db, 'invite', new Date(ctx.now()), INVITATIONS_MAX)).map(
    (row) => ({
      id: invitationId(row.id),
      role: row.role,
      createdBy: row.createdBy,
      createdAt: row.createdAt.toISOString(),
      expiresAt: row.expiresAt.toISOString(),
    }),
  )

export function cancelInvitation(
  ctx: Ctx,
  by: Actor,
  id: string,
): Promise<Outcome<null, 'not_found'>> {
  if (!/^[0-9a-f]{64}$/.test(id)) return Promise.resolve(refused('not_found'))
  return recordChange<null, 'not_found'>(ctx, by, async (tx) => {
    const row = await deleteInvitation(tx, 'invite', Buffer.from(id, 'hex'))
    if (row === null) return { result: refused('not_found') }
    const before = { role: row.role, expiresAt: row.expiresAt.toISOString() }
    return {
      result: done(null),
      change: { action: 'admin.invite', subject: auditName(row.id), before, after: null },
    }
  })
}

/** An invitation that can still be used. */
export interface OpenInvitation extends Pick<InvitationRow, 'kind' | 'role'> {
  /** The owner whom a recovery is for. */
  admin: { id: string; name: string } | null
}
export type LinkRefusal = 'unknown' | 'used' | 'expired'

export async function findInvitation(
  ctx: Ctx,
  token: string,
): Promise<Outcome<OpenInvitation, LinkRefusal>> {
  const id = hashToken(token)
  const row = id === null ? null : await selectInvitation(ctx.db, id)
  const judged = judgeInvitation(ctx, row)
  if (!judged.ok) return judged
  const { kind, role, admin } = judged.value
  if (kind === 'setup' && (await selectAnyAdminExists(ctx.db))) return refused('used')
  const whose = admin === null ? null : await selectAdmin(ctx.db, admin)
  if (admin !== null && whose === null) return refused('unknown')
  return done({ kind, role, admin: whose === null ? null : { id: whose.id, name: whose.name } })
}

export function judgeInvitation(
  ctx: Ctx,
  row: InvitationRow | null,
): Outcome<InvitationRow, LinkRefusal> {
  if (row === null) return refused('unknown')
  if (row.usedAt !== null) return refused('used')
  return row.expiresAt.getTime() > ctx.now() ? done(row) : refused('expired')
}
