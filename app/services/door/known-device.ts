import { Buffer } from 'node:buffer'
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Ctx } from '#app/context.ts'

/**
 * What a browser keeps in which somebody has been signed in. It lets nobody in; but a password that
 * comes with it is counted apart from those of strangers, who could keep an admin out for as long as
 * they go on guessing at the name.
 */
export const deviceToken = (ctx: Ctx, admin: string): string =>
  createHmac('sha256', `${ctx.config.sessionSecret} device`).update(admin).digest('base64url')

export function isDeviceOf(ctx: Ctx, admin: string, given: string | null | undefined): boolean {
  if (typeof given !== 'string') return false
  const [a, b] = [Buffer.from(given), Buffer.from(deviceToken(ctx, admin))]
  return a.length === b.length && timingSafeEqual(a, b)
}
