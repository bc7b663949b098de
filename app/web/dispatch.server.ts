import type { IncomingMessage, ServerResponse } from 'node:http'
import { API_ROWS } from '../api/routes.ts'
import type { Ctx } from '../context.ts'
import { countRefusal } from '../services/ingest/count-refusals.ts'
import { createAddressReader } from './client-address.ts'
import { refuse, type Handler, type HttpRequest } from './handler.ts'
import { writeReply } from './node-server.ts'
import { pageRows } from './page-rows.ts'
import { problemReply } from './problem.ts'
import { ClientGone, discardBody, readBody } from './read-body.ts'
import { joinHeaders, type Reply } from './reply.ts'
import { newRequestId } from './request-id.ts'
import { createRouter, type Found } from './router.ts'
import type { Row } from './row.ts'
import { securityHeaders } from './security-headers.ts'
import type { Site } from './site.server.ts'
import { hasUnclearHost, readTarget } from './target.ts'
import { loggedPath, noteTrouble } from './trouble.ts'

/** Every request goes one way: read, find its row, handle, write. The rows hold the differences. */
export function createDispatcher(ctx: Ctx, site: Promise<Site>) {
  const { publicUrl } = ctx.config
  const addressOf = createAddressReader(ctx)
  const find = createRouter([...API_ROWS, ...pageRows(site)], securityHeaders(publicUrl))

  function read(incoming: IncomingMessage, path: string, search: string, row: Row) {
    const { method = 'GET', headers } = incoming
    const { bytesMax } = row
    const request: HttpRequest = {
      method,
      path,
      search,
      headers,
      requestId: newRequestId(),
      address: addressOf(incoming),
      publicUrl,
      bytesMax,
      readBody: () => readBody(incoming, bytesMax),
      async readJson(rules) {
        // A guard may have read the body already.
        const bytes = await request.readBody()
        return bytes === null ? null : ctx.engine.readJson(bytes, rules, request)
      },
      isKnown: row.access !== 'public',
      spentMs: 0,
      apiKey: '',
    }
    return request
  }

  /** Null if the client left before its request was whole. */
  async function answer({ row, handler, params }: Found, request: HttpRequest) {
    const count = (code: string | undefined) => {
      if (code !== undefined && row.access === 'key') countRefusal(ctx, request.apiKey, code)
    }
    try {
      const reply = await handler(request, ctx, params)
      count(reply.problem)
      return reply
    } catch (error) {
      if (error instanceof ClientGone) return null
      const code = noteTrouble(ctx, request, error)
      count(code)
      const notice = row.trouble === 'page' ? await site.catch(() => null) : null
      return notice?.drawTrouble(code) ?? problemReply(request, code)
    }
  }

  return function handle(incoming: IncomingMessage, response: ServerResponse): void {
    const startedAt = performance.now()
    const { path, search } = readTarget(incoming.url ?? '/')
    const found = find(incoming.method ?? 'GET', path, incoming.headers)
    if (hasUnclearHost(incoming.rawHeaders)) found.handler = refuseHost
    const request = read(incoming, path, search, found.row)
    answer(found, request)
      .then(async (reply) => {
        if (reply !== null && !incoming.complete) await discardBody(incoming)
        if (reply === null || response.destroyed) {
          logGone(ctx, request)
          response.destroy()
          return
        }
        const cache = reply.status === 200 ? found.row.cache : 'no-store'
        const own = { 'x-request-id': request.requestId, 'cache-control': cache }
        writeReply(incoming, response, reply, joinHeaders(found.headers, own), (error) => {
          if (error.code === 'ERR_STREAM_PREMATURE_CLOSE') logGone(ctx, request)
          else noteTrouble(ctx, request, error)
        })
        logAnswer(ctx, request, reply, startedAt)
      })
      .catch((error: unknown) => {
        ctx.log.error(
          { err: error, requestId: request.requestId },
          'an answer could not be written',
        )
        response.destroy()
      })
  }
}

const refuseHost: Handler = (request) =>
  refuse(request, 'invalid_request', { detail: 'A request has one Host line, with one host.' })

/** A client that leaves is no failure: nothing is counted, and one line tells of it at most. */
const logGone = ({ log }: Ctx, { requestId, method, path }: HttpRequest): void =>
  log.debug({ requestId, method, path: loggedPath(path) }, 'the client left')

function logAnswer({ log }: Ctx, request: HttpRequest, reply: Reply, startedAt: number): void {
  if (!log.isLevelEnabled('debug')) return
  const { requestId, method } = request
  const ms = Math.round((performance.now() - startedAt) * 10) / 10
  log.debug(
    { requestId, method, path: loggedPath(request.path), status: reply.status, ms },
    'request',
  )
}
