import { timingSafeEqual } from 'node:crypto'
import type { Ctx } from '#app/context.ts'
import { sha256 } from '#app/values/sha256.ts'

/** Hashed first: what is compared has one length, and equal beginnings tell nothing. */
export const isAdminToken = (ctx: Pick<Ctx, 'config'>, token: string): boolean =>
  timingSafeEqual(sha256(token), sha256(ctx.config.adminToken))
