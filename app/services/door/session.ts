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

export type { AdminRole } from '#db/queries/door/sessions.ts'

/** A session that nobody uses for so long is over, and none lasts longer than a week. */
export const SESSION_IDLE_MS_MAX = 12 * HOUR_MS
export const SESSION_MS_MAX = 7 * DAY_MS
/** Sensitive acts ask for a proof of who is there that is no older than this. */
const CONFIRMED_MS_MAX = 10 * MINUTE_MS

export interface Session {
  id: Uint8Array
  admin: { id: string; name: string; role: AdminRole }
  createdAt: Date
  confirmedAt: Date
  /** Stands in each of the session's forms; another site can't know it. */
  csrf: string
}

const limits = (ctx: Ctx) => ({
  createdAt: new Date(ctx.now() - SESSION_MS_MAX),
  lastSeenAt: new Date(ctx.now() - SESSION_IDLE_MS_MAX),
})

/** A new token at each sign-in, so that nobody can be given one beforehand. It is told this once. */
export async function openSession(
  ctx: Ctx,
  admin: string,
  from: { address: string; userAgent: string },
  tx?: Tx,
): Promise<string> {
  const token = Buffer.from(ctx.random(32)).toString('base64url')
  const now = new Date(ctx.now())
  const db = tx === undefined ? ctx.db : { orm: tx }
  await deleteOldSessions(db, limits(ctx))
  await insertSession(db, {
    id: sha256(token),
    admin,
    createdAt: now,
    lastSeenAt: now,
    confirmedAt: now,
    address: from.address,
    userAgent: from.userAgent.slice(0, 300),
  })
  return token
}

/** Null where there is none, where it is over, and where its admin was removed. */
export async function findSession(ctx: Ctx, token: string | null): Promise<Session | null> {
  if (token === null) return null
  const found = await selectSession(ctx.db, sha256(token), limits(ctx))
  if (found === null) return null
  const { session, admin } = found
  // To the minute is exact enough, and spares a write for each page.
  if (ctx.now() - session.lastSeenAt.getTime() > MINUTE_MS)
    await updateSession(ctx.db, session.id, { lastSeenAt: new Date(ctx.now()) })
  const { id, createdAt, confirmedAt } = session
  return { id, admin, createdAt, confirmedAt, csrf: csrfOf(ctx, id) }
}

export const isConfirmed = (ctx: Ctx, { confirmedAt }: Session): boolean =>
  ctx.now() - confirmedAt.getTime() < CONFIRMED_MS_MAX

/** They proved again who they are. */
export const confirmSession = (ctx: Ctx, { id }: Session): Promise<void> =>
  updateSession(ctx.db, id, { confirmedAt: new Date(ctx.now()) })

export const closeSession = (ctx: Ctx, { id }: Session): Promise<void> => deleteSession(ctx.db, id)

/** Signs an admin out everywhere, or everywhere else where one session is kept. */
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
