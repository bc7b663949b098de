import type { Handler } from '../web/handler.ts'
import { bytesReply, jsonReply } from '../web/reply.ts'
import { noteTrouble } from '../web/trouble.ts'

const TEXT = 'text/plain; charset=utf-8'

/** `GET /healthz`: the process answers. */
export const getHealth: Handler = () => bytesReply(TEXT, 'ok\n')

/**
 * `GET /readyz`: the database takes writes. `log` is the state of the transparency log, which never
 * makes the portal unready: readers can still verify.
 */
export const getReadiness: Handler = async (request, ctx) => {
  const log = 'off'
  try {
    await ctx.db.tryWrite()
    return jsonReply(200, { status: 'ready', log })
  } catch (error) {
    noteTrouble(ctx, request, error)
    return jsonReply(503, { status: 'unavailable', log }, { 'retry-after': '2' })
  }
}
