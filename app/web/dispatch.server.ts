import { Buffer } from 'node:buffer'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AppLoadContext } from '@remix-run/node'
import { DatabaseUnavailable, isUnavailable, unwrap } from '#db/connection.ts'
import { renderOnce } from '../api/render-once.ts'
import { mediaType, type ApiRequest } from '../api/request.ts'
import { createRouter, ROUTES } from '../api/routes.ts'
import { getReport } from '../api/verification.ts'
import type { Ctx } from '../context.ts'
import { prefersJson } from './accept.ts'
import { writeReply } from './node-server.ts'
import { problemReply, type ProblemCode, type ProblemExtras } from './problem.ts'
import { clientAddress } from './client-address.ts'
import { isPlainForm } from './plain-form.ts'
import { BODY_BYTES_MAX, ClientGone, discardBody, readBody } from './read-body.ts'
import { newRequestId } from './request-id.ts'
import { bytesReply, joinHeaders, type Reply } from './reply.ts'
import { isSameOrigin } from './same-origin.ts'
import { CORS, securityHeaders } from './security-headers.ts'
import { staticReply } from './static-files.ts'
import type { Site } from './pages.server.ts'
import { viewReceipt } from '../services/verify/find-receipt.ts'
import { readReceiptState, type ReceiptState } from '../services/verify/receipt-state.ts'

const VERIFY_PAGE = /^\/r\/([^/]+?)(\.json)?$/
/** A receipt is found by its link, not by a search engine, whatever form it is read in. */
const UNLISTED = /^\/(r|v1|admin)(\/|$)/
/** Pages that take forms, and what they answer is for one person. */
const CONSOLE = /^\/admin(\/|$)/
/** Page or JSON, also where there is nothing: an answer of one kind must not be kept for the other. */
const CHOSEN = 'Accept'
const PREFLIGHT = {
  ...CORS,
  'access-control-allow-methods': 'GET, HEAD, POST',
  'access-control-allow-headers': 'Content-Type',
  'access-control-max-age': '86400',
}

/** From a request to its door: the API's table, the files, or the pages. */
export function createDispatcher(ctx: Ctx, site: Promise<Site>) {
  const findRoute = createRouter(ROUTES)
  const always = securityHeaders(ctx.config.publicUrl)

  return function handle(incoming: IncomingMessage, response: ServerResponse): void {
    const requestId = newRequestId()
    const startedAt = performance.now()
    answer(incoming, requestId)
      .catch((error: unknown) => answerError(error, incoming, requestId))
      .then(async (reply) => {
        if (reply === null) {
          response.destroy()
          return
        }
        if (!incoming.complete) await discardBody(incoming)
        const url = incoming.url ?? ''
        const headers = joinHeaders(always, { 'x-request-id': requestId })
        if (UNLISTED.test(url)) headers['x-robots-tag'] = 'noindex'
        if (url.startsWith('/r/')) headers.vary = CHOSEN
        writeReply(incoming, response, reply, headers)
        if (!ctx.log.isLevelEnabled('debug')) return
        ctx.log.debug(
          {
            requestId,
            method: incoming.method,
            path: loggedPath(incoming),
            status: reply.status,
            ms: Math.round((performance.now() - startedAt) * 10) / 10,
          },
          'request',
        )
      })
      .catch((error: unknown) => {
        ctx.log.error({ err: error, requestId }, 'an answer could not be written')
        response.destroy()
      })
  }

  async function answer(incoming: IncomingMessage, requestId: string): Promise<Reply> {
    const method = incoming.method ?? 'GET'
    const [path = '/', search = ''] = (incoming.url ?? '/').split('?', 2)
    const request: ApiRequest = {
      method,
      path,
      search,
      headers: incoming.headers,
      requestId,
      address: clientAddress(incoming),
      publicUrl: ctx.config.publicUrl,
      readBody: (bytesMax) => readBody(incoming, bytesMax),
    }
    const route = findRoute(method, path)
    if (route !== null && 'handler' in route) {
      const reply = await route.handler(request, ctx, route.params)
      return route.access === 'public' ? withCors(reply) : reply
    }
    if (route !== null) {
      if (method === 'OPTIONS' && route.access === 'public')
        return { status: 204, headers: PREFLIGHT, body: null }
      return problemReply(request, 'method_not_allowed', {
        headers: { allow: route.allow.join(', ') },
      })
    }
    if (path === '/healthz')
      return bytesReply('text/plain; charset=utf-8', 'ok\n', { 'cache-control': 'no-store' })
    if (path === '/readyz') return answerReady()
    // What isn't a page answers as the API does.
    if (/^\/(v1|\.well-known|log)(\/|$)/.test(path)) return problemReply(request, 'not_found')
    if (CONSOLE.test(path)) return answerConsole(incoming, request, path)
    if (method !== 'GET' && method !== 'HEAD') {
      return problemReply(request, 'method_not_allowed', { headers: { allow: 'GET, HEAD' } })
    }
    return answerPage(incoming, request, path)
  }

  /** A form must come from a page of ours, whatever cookie comes with it, before anything reads it. */
  async function answerConsole(
    incoming: IncomingMessage,
    request: ApiRequest,
    path: string,
  ): Promise<Reply> {
    const noStore = (reply: Reply): Reply => ({
      ...reply,
      headers: { ...reply.headers, 'cache-control': 'no-store' },
    })
    const refuse = (code: ProblemCode, extras?: ProblemExtras): Reply =>
      noStore(problemReply(request, code, extras))
    if (request.method === 'GET' || request.method === 'HEAD')
      return noStore(await answerPage(incoming, request, path))
    if (request.method !== 'POST')
      return refuse('method_not_allowed', { headers: { allow: 'GET, HEAD, POST' } })
    if (!isSameOrigin(request.headers, ctx.config.publicUrl)) {
      const detail = `A form of the console is only taken from its own pages: open ${ctx.config.publicUrl}/admin and send it from there.`
      return refuse('cross_site_form', { detail })
    }
    if (mediaType(request) !== 'application/x-www-form-urlencoded')
      return refuse('unsupported_media_type')
    const body = await request.readBody(BODY_BYTES_MAX)
    if (body === null) return refuse('payload_too_large')
    if (!isPlainForm(body))
      return refuse('invalid_request', { detail: 'No form of the console has such a field.' })
    return noStore(await answerPage(incoming, request, path, body))
  }

  async function answerReady(): Promise<Reply> {
    await ctx.db.quick('select 1', [])
    return bytesReply('text/plain; charset=utf-8', 'ready\n', { 'cache-control': 'no-store' })
  }

  async function answerPage(
    incoming: IncomingMessage,
    request: ApiRequest,
    path: string,
    body: Uint8Array | null = null,
  ): Promise<Reply> {
    const verify = VERIFY_PAGE.exec(path)
    const id = verify?.[1]
    if (id !== undefined && (verify?.[2] !== undefined || prefersJson(incoming.headers.accept))) {
      return withCors(await getReport(request, ctx, { id }))
    }
    const { pages, files, scripts, openapi } = await site
    const file = files.get(path)
    if (file !== undefined) return staticReply(file, incoming)
    const render = async () => {
      const { requestId, address } = request
      const context: AppLoadContext = { ctx, requestId, address, openapi, scripts }
      const reply = await pages(incoming, body, context)
      if (context.failure === undefined) return reply
      if (!isAway(context.failure)) {
        ctx.log.error({ err: unwrap(context.failure), requestId }, 'a page failed')
        return reply
      }
      return {
        ...reply,
        status: 503,
        headers: { ...reply.headers, 'retry-after': '5', 'cache-control': 'no-store' },
      }
    }
    return id === undefined ? render() : answerVerifyPage(id, render)
  }

  /**
   * A finished verify page is kept: it is never older than its receipt's state. What is no ordinary
   * page (an unknown id, a database that is away) is left to Remix's route.
   */
  async function answerVerifyPage(id: string, render: () => Promise<Reply>): Promise<Reply> {
    const state = await readReceiptState(ctx, id).catch(() => null)
    // Whatever fails here fails there again, and is logged and shown as trouble.
    const kept =
      state === null
        ? null
        : await renderOnce(ctx, 'page', state, () => draw(state)).catch(() => null)
    if (kept === null) return render()
    const headers = { 'cache-control': 'public, max-age=5', etag: kept.etag }
    return bytesReply('text/html; charset=utf-8', kept.body, headers)
  }

  async function draw(state: ReceiptState): Promise<Buffer | null> {
    const [{ drawVerifyPage, scripts }, view] = await Promise.all([site, viewReceipt(ctx, state)])
    if (view.report.verdict === 'cannot-check') return null
    return Buffer.from(drawVerifyPage({ ...view, script: scripts.verify ?? null }))
  }

  function answerError(error: unknown, incoming: IncomingMessage, requestId: string): Reply | null {
    const origin = { publicUrl: ctx.config.publicUrl, requestId }
    if (error instanceof ClientGone) return null
    if (isAway(error)) {
      ctx.log.warn({ requestId, reason: String(unwrap(error)) }, 'the database is away')
      return problemReply(origin, 'unavailable')
    }
    // What drizzle wraps around a database's own error repeats every value of the statement.
    const err = unwrap(error)
    ctx.log.error({ err, requestId, path: loggedPath(incoming) }, 'a request failed')
    return problemReply(origin, 'internal_error')
  }
}

/** A link that lets somebody in is a secret as long as it lives. */
const loggedPath = ({ url = '/' }: IncomingMessage): string =>
  url.split('?')[0]!.replace(/^(\/admin\/join\/).+/, '$1…')

const withCors = (reply: Reply): Reply =>
  Object.assign({}, reply, { headers: joinHeaders(CORS, reply.headers) })

const isAway = (error: unknown): boolean =>
  error instanceof DatabaseUnavailable ||
  (error instanceof Error && error.name === 'DatabaseUnavailable') ||
  isUnavailable(unwrap(error))
