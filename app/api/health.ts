import type { Handler } from '../web/handler.ts'
import { bytesReply } from '../web/reply.ts'

const TEXT = 'text/plain; charset=utf-8'

/** `GET /healthz`: the process answers. */
export const getHealth: Handler = () => bytesReply(TEXT, 'ok\n')

/** `GET /readyz`: the database answers too. */
export const getReadiness: Handler = async (_request, ctx) => {
  await ctx.db.quick('select 1', [])
  return bytesReply(TEXT, 'ready\n')
}
