import type { ApiKeyHolder } from '../services/api-keys/api-key.ts'
import { joinHeaders, type Reply } from '../web/reply.ts'
import { authenticateApiKey, recogniseApiKey } from '../services/api-keys/api-key.ts'
import type { ApiKeyScope } from '../services/api-keys/scopes.ts'
import { noteUse } from '../services/api-keys/note-use.ts'
import { counted } from './counted.ts'
import { bearer, refuse, type Handler } from './request.ts'

export type KeyedHandler = (
  ...rest: [...Parameters<Handler>, key: ApiKeyHolder]
) => Promise<Reply> | Reply

interface KeyedOptions {
  /** The handler ends in the group commit, which has the last word about the API key. */
  ingests?: boolean
  /** The API key needs one of these. Left out: any API key will do. */
  scopes?: readonly ApiKeyScope[]
}

/** A route that needs an API key: whose it is, then what it may do, then whether its rate allows it. */
export function keyed(
  handler: KeyedHandler,
  { ingests = false, scopes }: KeyedOptions = {},
): Handler {
  const identify = ingests ? recogniseApiKey : authenticateApiKey
  return counted(async (request, ctx, params, caller) => {
    const apiKey = bearer(request)
    if (apiKey === null) return refuse(request, 'missing_api_key')
    const key = await identify(ctx, apiKey)
    if (key === null) return refuse(request, 'invalid_api_key')
    caller.apiKey = key.id
    noteUse(ctx, key.id, request.address)
    // A recognised row may be a second old. That is enough here: scopes never change.
    if (scopes !== undefined && !scopes.some((scope) => key.scopes.includes(scope)))
      return refuse(request, 'scope_missing', { detail: sayScopes(scopes, key.scopes) })
    if (key.ratePerSecond === null) return handler(request, ctx, params, key)

    const rate = key.ratePerSecond
    const { remaining, retryAfterSeconds } = ctx.rateLimiter.take(key.id, rate, ctx.now())
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
  })
}

const sayScopes = (needed: readonly ApiKeyScope[], given: readonly ApiKeyScope[]): string =>
  `This call needs the scope ${needed.join(' or ')}; this API key has ${given.join(' and ')}.`
