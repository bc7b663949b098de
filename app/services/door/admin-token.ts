import { timingSafeEqual } from 'node:crypto'
import type { Ctx } from '#app/context.ts'
import { sha256 } from '#app/values/sha256.ts'

/** Both are hashed first, so that they have one length and no equal beginning shows in the time. */
export const isAdminToken = (ctx: Pick<Ctx, 'config'>, token: string): boolean =>
  timingSafeEqual(sha256(token), sha256(ctx.config.adminToken))
