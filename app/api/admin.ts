import type { Outcome } from '../services/outcome.ts'
import type { Actor } from '../services/audit/record-change.ts'
import type { ProblemCode } from '../web/problem.ts'
import type { Reply } from '../web/reply.ts'
import { isAdminToken } from '../services/door/admin-token.ts'
import { bearer, refuse, type ApiRequest, type Handler } from './request.ts'

type AdminHandler = (...rest: [...Parameters<Handler>, by: Actor]) => Promise<Reply>

/** A route for admins. Nothing it answers is kept anywhere on the way: a secret may be in it. */
export function admin(handler: AdminHandler): Handler {
  return async (request, ctx, params) => {
    const token = bearer(request)
    if (token === null || !isAdminToken(ctx, token)) return refuse(request, 'unauthorized')
    const by = { actor: 'admin-token', address: request.address, requestId: request.requestId }
    const reply = await handler(request, ctx, params, by)
    return { ...reply, headers: { ...reply.headers, 'cache-control': 'no-store' } }
  }
}

/** A rule's answer as HTTP says it: what was asked for, or the problem by its code. */
export function answer<Value>(
  request: ApiRequest,
  outcome: Outcome<Value, ProblemCode>,
  reply: (value: Value) => Reply,
): Reply {
  if (outcome.ok) return reply(outcome.value)
  const { code, detail, pointer } = outcome
  return refuse(request, code, {
    ...(detail === undefined ? {} : { detail }),
    ...(detail === undefined || pointer === undefined
      ? {}
      : { errors: [{ pointer, message: detail }] }),
  })
}

export const NO_CONTENT: Reply = { status: 204, headers: {}, body: null }
