import type { Reply } from '../web/reply.ts'
import { countRefusal } from '../services/ingest/count-refusals.ts'
import type { Handler } from './request.ts'

/** Whose request it is: the API key's id, once it was recognised. */
export interface Caller {
  apiKey: string
}

type CountedHandler = (...rest: [...Parameters<Handler>, caller: Caller]) => Promise<Reply> | Reply

/** A route whose refusals are counted, also those that nobody could answer. */
export function counted(handler: CountedHandler): Handler {
  return async (request, ctx, params) => {
    const caller: Caller = { apiKey: '' }
    try {
      const reply = await handler(request, ctx, params, caller)
      if (reply.problem !== undefined) countRefusal(ctx, caller.apiKey, reply.problem)
      return reply
    } catch (error) {
      const code = codeOf(error)
      if (code !== null) countRefusal(ctx, caller.apiKey, code)
      throw error
    }
  }
}

/** What the client will be told; null where nobody is there any more. */
function codeOf(error: unknown): string | null {
  const name = error instanceof Error ? error.name : ''
  if (name === 'ClientGone') return null
  return name === 'DatabaseUnavailable' ? 'unavailable' : 'internal_error'
}
