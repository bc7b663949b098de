import { Buffer } from 'node:buffer'
import { Readable } from 'node:stream'
import type { ReadableStream as WebStream } from 'node:stream/web'
import { createRequestHandler, type AppLoadContext } from '@remix-run/node'
import type { Ctx } from '../context.ts'
import { countedNetwork } from '../values/network-address.ts'
import { refuseBody } from './body-type.ts'
import { readCookie } from './cookies.ts'
import { refuse, type Handler, type HttpRequest } from './handler.ts'
import { isPlainForm } from './plain-form.ts'
import type { Reply } from './reply.ts'
import { isSameOrigin } from './same-origin.ts'
import type { Site } from './site.server.ts'
import { noteTrouble } from './trouble.ts'

const PASSED_ON = ['accept', 'accept-language', 'cookie', 'content-type', 'user-agent']

/** An export of any length is streamed; every other answer is held in memory as a whole. */
const STREAMED = 'application/x-ndjson'

/**
 * A form must come from a page of ours, even with a valid cookie. The guard checks that before it
 * reads the body; then the body's length and fields must be those that a form of ours can have.
 */
export const guardForm =
  (handler: Handler, noteForeign: (...sent: Parameters<Handler>) => Promise<void>): Handler =>
  async (request, ctx, params) => {
    const { publicUrl } = ctx.config
    if (!isSameOrigin(request.headers, publicUrl)) {
      const detail = `A form of the console is only taken from its own pages: open ${publicUrl}/admin and send it from there.`
      await noteForeign(request, ctx, params)
      return refuse(request, 'cross_site_form', { detail })
    }
    const refused =
      refuseCrowd(request, ctx) ?? refuseBody(request, ['application/x-www-form-urlencoded'])
    if (refused !== null) return refused
    const body = await request.readBody()
    if (body === null) return refuse(request, 'payload_too_large')
    if (!isPlainForm(body))
      return refuse(request, 'invalid_request', {
        detail: 'No form of the console has such a field.',
      })
    return handler(Object.assign(request, { readBody: () => Promise.resolve(body) }), ctx, params)
  }

/** Forms without a session from one network: more than the people of an office send. */
const STRANGERS_FORMS = { tokensMax: 120, tokensPerSecond: 2 }

/**
 * Refuses a flood of sign-ins in memory: the limits of guesses ask the database, and each refused
 * sign-in is a page to draw.
 */
function refuseCrowd(request: HttpRequest, ctx: Ctx): Reply | null {
  if (readCookie(request.headers.cookie, ctx.config.publicUrl) !== null) return null
  const name = `form ${countedNetwork(request.address)}`
  const { retryAfterSeconds } = ctx.strangers.take(name, STRANGERS_FORMS, ctx.now())
  if (retryAfterSeconds === null) return null
  const headers = { 'retry-after': String(retryAfterSeconds) }
  return refuse(request, 'rate_limited', { headers })
}

/**
 * Answers the console's pages by Remix's own handler, behind a thin adapter that buffers: a request
 * in, finished HTML out. Express and remix-serve would halve the speed for features unused here.
 */
export function answerConsole(site: Promise<Site>): Handler {
  const handler = site.then(({ build }) => createRequestHandler(build, 'production'))
  handler.catch(() => undefined)

  return async (request, ctx) => {
    const { openapi, scripts, drawNotice, drawTrouble } = await site
    if (!isReadable(request.path)) return drawNotice('nowhere', 404)
    const { requestId, address } = request
    const context: AppLoadContext = { ctx, requestId, address, openapi, scripts }
    const answered = await (await handler)(await toWeb(request), context)
    const reply = await toReply(answered)
    if (context.failure === undefined) return reply
    const code = noteTrouble(ctx, request, context.failure)
    return code === 'internal_error' ? reply : { ...drawTrouble(code), body: reply.body }
  }
}

/** Remix prints each path that it can't decode, whole, three times. */
function isReadable(path: string): boolean {
  try {
    return decodeURIComponent(path) !== ''
  } catch {
    return false
  }
}

/** More than any page of ours reads. */
const FIELDS_MAX = 64

async function toWeb(request: HttpRequest): Promise<Request> {
  const headers = new Headers()
  for (const name of PASSED_ON) {
    const value = request.headers[name]
    if (typeof value === 'string') headers.set(name, value)
  }
  const search = ownQuery(request.search)
  // The path is appended, not resolved, so that it can't name another host.
  const url = request.publicUrl + request.path + (search === '' ? '' : `?${search}`)
  // A HEAD stays a HEAD: it must not use up a page that shows a secret once.
  if (request.method !== 'POST') return new Request(url, { headers, method: request.method })
  const body = Buffer.from((await request.readBody())!).toString('latin1')
  return new Request(url, { headers, method: 'POST', body })
}

/**
 * The query without Remix's own names: with `_data` Remix would answer with a loader's JSON.
 * Postgres refuses a NUL in a text, so a search for one would fail instead of finding no row.
 */
function ownQuery(search: string): string {
  const passed = new URLSearchParams()
  const few = search.split('&', FIELDS_MAX).join('&')
  for (const [name, value] of new URLSearchParams(few))
    if (!/^_|^(?:index|routes)$|\0/.test(name))
      passed.append(name, value.replaceAll('\0', '\ufffd'))
  return passed.toString()
}

async function toReply(response: Response): Promise<Reply> {
  const cookies = response.headers.getSetCookie()
  const isStream = response.headers.get('content-type')?.startsWith(STREAMED) === true
  return {
    status: response.status,
    headers: {
      ...Object.fromEntries(response.headers),
      ...(cookies.length > 0 ? { 'set-cookie': cookies } : {}),
      'cache-control': 'no-store',
    },
    ...(isStream && response.body !== null
      ? { body: null, stream: Readable.fromWeb(response.body as WebStream) }
      : { body: Buffer.from(await response.arrayBuffer()) }),
  }
}
