import { DatabaseUnavailable, isUnavailable, unwrap } from '#db/connection.ts'
import type { Ctx } from '../context.ts'
import type { HttpRequest } from './handler.ts'

/** Logs what kept a request from being answered, and says which problem its client is told of. */
export function noteTrouble(
  ctx: Ctx,
  request: HttpRequest,
  error: unknown,
): 'unavailable' | 'internal_error' {
  const { requestId } = request
  // Drizzle wraps the database's own error, and repeats every value of the statement in its text.
  const err = unwrap(error)
  if (error instanceof DatabaseUnavailable || isUnavailable(err)) {
    ctx.log.warn({ requestId, reason: String(err) }, 'the database is away')
    return 'unavailable'
  }
  ctx.log.error({ err, requestId, path: loggedPath(request.path) }, 'a request failed')
  return 'internal_error'
}

/** A link that lets somebody in is a secret as long as it lives. */
export const loggedPath = (path: string): string => path.replace(/^(\/admin\/join\/).+/, '$1…')
