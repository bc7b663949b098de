import { createHash, timingSafeEqual } from 'node:crypto'
import type { Ctx } from '#app/context.ts'

const hash = (text: string): Uint8Array => createHash('sha256').update(text).digest()

/** Hashed first: what is compared has one length, and equal beginnings tell nothing. */
export const isAdminToken = (ctx: Pick<Ctx, 'config'>, token: string): boolean =>
  timingSafeEqual(hash(token), hash(ctx.config.adminToken))
