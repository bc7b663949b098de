import { Buffer } from 'node:buffer'
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Ctx } from '#app/context.ts'

/**
 * A browser keeps this token after a sign-in. The token lets nobody in, but the portal counts the
 * passwords that come with it apart from strangers' guesses: otherwise a stranger could keep an admin
 * out by guessing at their name.
 */
export const deviceToken = (ctx: Ctx, admin: string): string =>
  createHmac('sha256', `${ctx.config.sessionSecret} device`).update(admin).digest('base64url')

export function isDeviceOf(ctx: Ctx, admin: string, given: string | null | undefined): boolean {
  if (typeof given !== 'string') return false
  const [a, b] = [Buffer.from(given), Buffer.from(deviceToken(ctx, admin))]
  return a.length === b.length && timingSafeEqual(a, b)
}
