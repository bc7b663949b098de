import { timingSafeEqual } from 'node:crypto'
import type { Ctx } from '#app/context.ts'
import { countedNetwork } from '#app/values/network-address.ts'
import { sha256 } from '#app/values/sha256.ts'
import { ACTOR_STRANGER, noteAccess } from '../audit/note-access.ts'
import type { Actor } from '../audit/record-change.ts'
import { done, refused, type Outcome } from '../outcome.ts'

/** Wrong tokens from one network: as many as wrong passwords. */
const WRONG_TRIES = { tokensMax: 20, tokensPerSecond: 10 / 60 }

/** Both are hashed first, so that they have one length and no equal beginning shows in the time. */
const isAdminToken = (ctx: Pick<Ctx, 'config'>, token: string): boolean =>
  timingSafeEqual(sha256(token), sha256(ctx.config.adminToken))

/**
 * A network that sent many wrong tokens waits, and its right token waits too: otherwise the limit
 * would slow down no guess. The count is taken before the look, so that no guess slips in between.
 */
export async function checkAdminToken(
  ctx: Ctx,
  token: string,
  asked: { target: string; address: string; requestId: string },
): Promise<Outcome<Actor, 'unauthorized' | 'rate_limited'>> {
  const { target, address, requestId } = asked
  const key = `admin token ${countedNetwork(address)}`
  const { retryAfterSeconds } = ctx.strangers.take(key, WRONG_TRIES, ctx.now())
  if (retryAfterSeconds === null && isAdminToken(ctx, token)) {
    ctx.strangers.giveBack(key, 1)
    return done({ actor: 'admin-token', address, requestId })
  }
  const why = retryAfterSeconds === null ? 'wrong token' : 'too many tries'
  const by = { actor: ACTOR_STRANGER, address, requestId }
  await noteAccess(ctx, by, { action: 'access.token_refused', subject: target, after: { why } })
  return retryAfterSeconds === null
    ? refused('unauthorized')
    : refused('rate_limited', { waitSeconds: retryAfterSeconds })
}
