import { Buffer } from 'node:buffer'
import { createHmac, timingSafeEqual } from 'node:crypto'
import {
  deleteOldSessions,
  deleteSession,
  deleteSessionsOf,
  insertSession,
  selectSession,
  selectSessionsOf,
  updateSession,
  type AdminRole,
} from '#db/queries/door/sessions.ts'
import type { Tx } from '#db/queries/audit/audit.ts'
import type { Ctx } from '#app/context.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#app/values/duration.ts'
import { sha256 } from '#app/values/sha256.ts'
import { createToken } from './one-time-token.ts'

export type { AdminRole } from '#db/queries/door/sessions.ts'

/** An unused session ends after twelve hours, every session after a week. */
export const SESSION_IDLE_MS_MAX = 12 * HOUR_MS
export const SESSION_MS_MAX = 7 * DAY_MS
/** A sensitive act asks the admin to prove their identity again after this time. */
const CONFIRMED_MS_MAX = 10 * MINUTE_MS

export interface Session {
  id: Uint8Array
  admin: { id: string; name: string; role: AdminRole }
  createdAt: Date
  confirmedAt: Date
  /** Every form of the session holds it; another site can't know it. */
  csrf: string
}

const limits = (ctx: Ctx) => ({
  createdAt: new Date(ctx.now() - SESSION_MS_MAX),
  lastSeenAt: new Date(ctx.now() - SESSION_IDLE_MS_MAX),
})

/** Each sign-in makes a new token, against session fixation. This answer alone holds it. */
export async function openSession(
  ctx: Ctx,
  admin: string,
  from: { address: string; userAgent: string },
  tx?: Tx,
): Promise<string> {
  const { token, hash } = createToken(ctx)
  const now = new Date(ctx.now())
  const db = tx === undefined ? ctx.db : { orm: tx }
  await deleteOldSessions(db, limits(ctx))
  await insertSession(db, {
    id: hash,
    admin,
    createdAt: now,
    lastSeenAt: now,
    confirmedAt: now,
    address: from.address,
    userAgent: from.userAgent.slice(0, 300),
  })
  return token
}

/** Null for an unknown token, an ended session and a removed admin. */
export async function findSession(ctx: Ctx, token: string | null): Promise<Session | null> {
  if (token === null) return null
  const found = await selectSession(ctx.db, sha256(token), limits(ctx))
  if (found === null) return null
  const { session, admin } = found
  // Exact to the minute, which saves a write for each page.
  if (ctx.now() - session.lastSeenAt.getTime() > MINUTE_MS)
    await updateSession(ctx.db, session.id, { lastSeenAt: new Date(ctx.now()) })
  const { id, createdAt, confirmedAt } = session
  return { id, admin, createdAt, confirmedAt, csrf: csrfOf(ctx, id) }
}

export const isConfirmed = (ctx: Ctx, { confirmedAt }: Session): boolean =>
  ctx.now() - confirmedAt.getTime() < CONFIRMED_MS_MAX

/**
 * Notes that the admin proved their identity again, and gives the session a new token: a copy of the
 * old one, taken while the browser stood unlocked, must not gain by this proof. After a double click
 * the browser keeps one of two answers, so the second proof opens another session beside the one that
 * the first renewed. Null for a session that was ended meanwhile: a proof brings no session back.
 */
export async function confirmSession(
  ctx: Ctx,
  { id, admin }: Session,
  from: { address: string; userAgent: string },
): Promise<string | null> {
  const { token, hash } = createToken(ctx)
  const { renewedSessions } = ctx.caches
  const name = Buffer.from(id).toString('latin1')
  const confirmedAt = new Date(ctx.now())
  if (await updateSession(ctx.db, id, { id: hash, confirmedAt })) {
    renewedSessions.set(name, hash)
    return token
  }
  const renewed = renewedSessions.get(name)
  const lives = renewed !== undefined && (await updateSession(ctx.db, renewed, { confirmedAt }))
  return lives ? openSession(ctx, admin.id, from) : null
}

export const closeSession = (ctx: Ctx, { id }: Session): Promise<void> => deleteSession(ctx.db, id)

/** Ends all sessions of an admin, except `keep`. */
export const closeSessionsOf = (
  ctx: Ctx,
  admin: string,
  keep: Session | null,
  tx?: Tx,
): Promise<void> =>
  deleteSessionsOf(tx === undefined ? ctx.db : { orm: tx }, admin, keep?.id ?? null)

export interface SessionView {
  isThis: boolean
  createdAt: string
  lastSeenAt: string
  address: string
  userAgent: string
}

export async function listSessions(ctx: Ctx, current: Session): Promise<SessionView[]> {
  const rows = await selectSessionsOf(ctx.db, current.admin.id, limits(ctx))
  return rows.map((row) => ({
    isThis: Buffer.from(row.id).equals(current.id),
    createdAt: row.createdAt.toISOString(),
    lastSeenAt: row.lastSeenAt.toISOString(),
    address: row.address,
    userAgent: row.userAgent,
  }))
}

const csrfOf = (ctx: Ctx, id: Uint8Array): string =>
  createHmac('sha256', `${ctx.config.sessionSecret} csrf`).update(id).digest('base64url')

export function csrfMatches(session: Session, given: unknown): boolean {
  if (typeof given !== 'string') return false
  const [a, b] = [Buffer.from(given), Buffer.from(session.csrf)]
  return a.length === b.length && timingSafeEqual(a, b)
}
