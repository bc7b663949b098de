import { Secret, TOTP } from 'otpauth'
import type { Ctx } from '#app/context.ts'
import { inviteAdmin } from '#app/services/people/invite-admin.ts'
import { joinWithPassword } from '#app/services/people/join.ts'
import { findSession, type AdminRole, type Session } from '#app/services/door/session.ts'
import type { Actor } from '#app/services/audit/record-change.ts'

export const PASSWORD = 'quiet harbour lantern'
export const BY: Actor = { actor: 'somebody', address: '192.0.2.9', requestId: 'req_test' }

let count = 0
/** An address of its own for each: what one test tries must not slow down another. */
export const freshVisitor = () => {
  count++
  return {
    address: `198.51.${Math.floor(count / 250)}.${count % 250}`,
    userAgent: 'test',
    requestId: 'req_test',
  }
}

/** The value of an outcome that must be good. */
export function good<Value>(
  outcome: { ok: true; value: Value } | { ok: false; code: string; detail?: string },
): Value {
  if (!outcome.ok) throw new Error(`${outcome.code}: ${outcome.detail ?? ''}`)
  return outcome.value
}

export const tokenOf = (url: string): string => url.split('/').at(-1)!

/** Comes in by an invitation, as people do, and is signed in. */
export async function makeAdmin(
  ctx: Ctx,
  role: AdminRole,
  name: string,
  password = PASSWORD,
): Promise<Session> {
  const { url } = good(await inviteAdmin(ctx, BY, role))
  const token = await joinWithPassword(ctx, freshVisitor(), {
    token: tokenOf(url),
    name,
    password,
  })
  return (await findSession(ctx, good(token)))!
}

/** As an authenticator app would show it at that time. */
export const appCode = (shownSecret: string, at: number): string =>
  new TOTP({
    algorithm: 'SHA1',
    digits: 6,
    period: 30,
    secret: Secret.fromBase32(shownSecret.replaceAll(' ', '')),
  }).generate({ timestamp: at })
