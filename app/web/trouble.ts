import { isDatabaseAway, unwrap } from '#db/connection.ts'
import type { Ctx } from '../context.ts'
import { EngineBusy } from '../engine/engine.ts'
import type { HttpRequest } from './handler.ts'

/** Logs the error behind an unanswered request; returns the problem code for its client. */
export function noteTrouble(
  ctx: Ctx,
  request: HttpRequest,
  error: unknown,
): 'unavailable' | 'internal_error' {
  const { requestId } = request
  // Drizzle wraps the database's own error, and repeats every value of the statement in its text.
  const err = unwrap(error)
  if (isDatabaseAway(error)) {
    ctx.log.warn({ requestId, reason: String(err) }, 'the database is away')
    return 'unavailable'
  }
  if (error instanceof EngineBusy) {
    ctx.log.warn({ requestId }, error.message)
    return 'unavailable'
  }
  ctx.log.error({ err, requestId, path: loggedPath(request.path) }, 'a request failed')
  return 'internal_error'
}

/** An invitation's link is a secret until it expires, so the log leaves out its token. */
export const loggedPath = (path: string): string => path.replace(/^(\/admin\/join\/).+/, '$1…')
