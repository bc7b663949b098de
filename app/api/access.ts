import { countedNetwork } from '../values/network-address.ts'
import type { Handler, HttpRequest } from '../web/handler.ts'
import { refuse } from '../web/handler.ts'
import type { ProblemCode } from '../web/problem.ts'
import { joinHeaders, type Reply } from '../web/reply.ts'
import {
  authenticateApiKey,
  recogniseApiKey,
  type ApiKeyHolder,
} from '../services/api-keys/api-key.ts'
import { noteUse } from '../services/api-keys/note-use.ts'
import type { ApiKeyScope } from '../services/api-keys/scopes.ts'
import type { Actor } from '../services/audit/record-change.ts'
import { checkAdminToken } from '../services/door/admin-token.ts'
import type { Outcome } from '../services/outcome.ts'

export type KeyedHandler = (
  ...rest: [...Parameters<Handler>, key: ApiKeyHolder]
) => Promise<Reply> | Reply

export interface KeyedOptions {
  /** The handler stores by the group commit, which checks the API key again in its transaction. */
  ingests?: boolean
  /** The API key needs one of these scopes; left out, every API key may call. */
  scopes?: readonly ApiKeyScope[]
}

/** Guards a handler: the API key must be valid, have a needed scope and be within its rate. */
export function keyed(
  handler: KeyedHandler,
  { ingests = false, scopes }: KeyedOptions = {},
): Handler {
  const identify = ingests ? recogniseApiKey : authenticateApiKey
  return async (request, ctx, params) => {
    const apiKey = bearer(request)
    if (apiKey === null) return refuse(request, 'missing_api_key')
    const key = await identify(ctx, apiKey)
    if (key === null) return refuse(request, 'invalid_api_key')
    request.apiKey = key.id
    noteUse(ctx, key.id, request.address)
    // The row may be a second old, which is enough because an API key's scopes never change.
    if (scopes !== undefined && !scopes.some((scope) => key.scopes.includes(scope)))
      return refuse(request, 'scope_missing', { detail: sayScopes(scopes, key.scopes) })
    if (key.ratePerSecond === null) return handler(request, ctx, params, key)

    const rate = key.ratePerSecond
    const bucket = { tokensPerSecond: rate, tokensMax: rate }
    const { remaining, retryAfterSeconds } = ctx.rateLimiter.take(key.id, bucket, ctx.now())
    // draft-ietf-httpapi-ratelimit-headers-11
    const headers = {
      'ratelimit-policy': `"api-key";q=${rate};w=1`,
      ratelimit: `"api-key";r=${remaining};t=${retryAfterSeconds ?? 1}`,
    }
    if (retryAfterSeconds !== null) {
      return refuse(request, 'rate_limited', {
        headers: { ...headers, 'retry-after': String(retryAfterSeconds) },
      })
    }
    const reply = await handler(request, ctx, params, key)
    return Object.assign({}, reply, { headers: joinHeaders(reply.headers, headers) })
  }
}

/** A network's milliseconds are counted over so many seconds. */
const COST_WINDOW_SECONDS = 15
/** The dearest body known, a mebibyte of letters with 30 marks, takes so long; most take a tenth. */
const DEAREST_MS_PER_BYTE = 250 / (1024 * 1024)
/** Finding and judging a receipt. */
const BASE_MS = 1
/** The event loop's own share of a body: taking it from the socket, its shape, its bundle. */
const HERE_MS_PER_BYTE = 10 / (1024 * 1024)

/**
 * Guards a public handler that computes: each network has so many milliseconds of a core. A request
 * is charged for the dearest body of its length, and gets back the time that it did not take.
 */
export const metered =
  (handler: Handler): Handler =>
  async (request, ctx, params) => {
    const tokensPerSecond = ctx.config.publicCostMsPerMinute / 60
    const tokensMax = tokensPerSecond * COST_WINDOW_SECONDS
    const network = `verify ${countedNetwork(request.address)}`
    const bytes = Number(request.headers['content-length'] ?? request.bytesMax)
    const size = Math.min(bytes, request.bytesMax)
    const charged = BASE_MS + size * DEAREST_MS_PER_BYTE
    const own = BASE_MS + size * HERE_MS_PER_BYTE
    const rate = { tokensPerSecond, tokensMax }
    const took = ctx.strangers.take(network, rate, ctx.now(), charged)
    const { remaining, retryAfterSeconds } = took
    const headers = {
      'ratelimit-policy': `"address";q=${Math.floor(tokensMax)};w=${COST_WINDOW_SECONDS};qu="milliseconds"`,
      ratelimit: `"address";r=${remaining};t=${retryAfterSeconds ?? 1}`,
    }
    if (retryAfterSeconds !== null) {
      return refuse(request, 'rate_limited', {
        headers: { ...headers, 'retry-after': String(retryAfterSeconds) },
        detail:
          'This address has had its share of computing for the moment. Verify links and reports stay free.',
      })
    }
    try {
      const reply = await handler(request, ctx, params)
      return Object.assign({}, reply, { headers: joinHeaders(reply.headers, headers) })
    } finally {
      ctx.strangers.giveBack(network, charged - own - request.spentMs)
    }
  }

const sayScopes = (needed: readonly ApiKeyScope[], given: readonly ApiKeyScope[]): string =>
  `This call needs the scope ${needed.join(' or ')}; this API key has ${given.join(' and ')}.`

export type AdminHandler = (...rest: [...Parameters<Handler>, by: Actor]) => Promise<Reply>

/** A handler for the holder of the admin token. */
export const forAdmin =
  (handler: AdminHandler): Handler =>
  async (request, ctx, params) => {
    const token = bearer(request)
    if (token === null) return refuse(request, 'unauthorized')
    const { method, path, address, requestId } = request
    const target = `${method} ${path}`
    const checked = await checkAdminToken(ctx, token, { target, address, requestId })
    if (checked.ok) return handler(request, ctx, params, checked.value)
    if (checked.code === 'unauthorized') return refuse(request, 'unauthorized')
    return refuse(request, 'rate_limited', {
      detail:
        'Too many wrong admin tokens came from your network. Wait as long as `Retry-After` says.',
      headers: { 'retry-after': String(checked.waitSeconds) },
    })
  }

function bearer(request: HttpRequest): string | null {
  const match = /^Bearer +([^\s]+)$/i.exec(request.headers.authorization ?? '')
  return match?.[1] ?? null
}

/** Turns a service's outcome into HTTP: the given reply, or the problem with the outcome's code. */
export function answer<Value>(
  request: HttpRequest,
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
