import { Buffer } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { createRequestHandler, type ServerBuild } from '@remix-run/node'
import type { PageContext } from './context.server.ts'
import type { Reply } from './http/reply.ts'

/**
 * Remix behind a thin, buffering adapter: a GET without a body in, finished HTML out. Express and
 * remix-serve would cost half the speed and bring nothing that is used here.
 */
export function createPages(build: ServerBuild) {
  const handle = createRequestHandler(build, 'production')
  return async (request: IncomingMessage, context: PageContext): Promise<Reply> => {
    const headers = new Headers()
    for (const name of ['accept', 'accept-language']) {
      const value = request.headers[name]
      if (typeof value === 'string') headers.set(name, value)
    }
    const asked = new Request(new URL(request.url ?? '/', context.ctx.config.publicUrl), {
      headers,
    })
    const response = await handle(asked, context)
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: Buffer.from(await response.arrayBuffer()),
    }
  }
}
