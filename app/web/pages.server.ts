import { Buffer } from 'node:buffer'
import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { resolve } from 'node:path'
import { Readable } from 'node:stream'
import type { ReadableStream as WebStream } from 'node:stream/web'
import { pathToFileURL } from 'node:url'
import { createRequestHandler, type AppLoadContext, type ServerBuild } from '@remix-run/node'

import { buildOpenApi } from '../api/openapi.ts'
import type { Ctx } from '../context.ts'
import type { DrawVerifyPage } from '../entry.server.tsx'
import type { Reply } from './reply.ts'
import { readStaticFiles } from './static-files.ts'

export interface Site {
  pages: ReturnType<typeof createPages>
  drawVerifyPage: DrawVerifyPage
  files: ReturnType<typeof readStaticFiles>
  scripts: Record<string, string>
  openapi: object
}

/** The console, where there are sessions, forms and questions in addresses. */
const isConsole = (path: string): boolean => /^\/admin(\/|$)/.test(path)

const PASSED_ON = ['accept', 'accept-language']
/** Only where there are sessions: a public page that nobody's cookie reaches can be kept for all. */
const PASSED_TO_CONSOLE = [...PASSED_ON, 'cookie', 'content-type', 'user-agent']

/** A file of any length is never in memory as a whole; everything else is. */
const STREAMED = 'application/x-ndjson'

/**
 * Remix behind a thin, buffering adapter: a request in, finished HTML out. Express and remix-serve
 * would cost half the speed and bring nothing that is used here.
 */
export function createPages(build: ServerBuild) {
  const handle = createRequestHandler(build, 'production')
  return async (
    request: IncomingMessage,
    body: Uint8Array | null,
    context: AppLoadContext,
  ): Promise<Reply> => {
    const path = readablePath(request.url)
    const headers = new Headers()
    for (const name of isConsole(path.split('?')[0]!) ? PASSED_TO_CONSOLE : PASSED_ON) {
      const value = request.headers[name]
      if (typeof value === 'string') headers.set(name, value)
    }
    const asked = new Request(context.ctx.config.publicUrl + path, {
      headers,
      ...(body === null ? {} : { method: 'POST', body: Buffer.from(body).toString('latin1') }),
    })
    const response = await handle(asked, context)
    const cookies = response.headers.getSetCookie()
    const isStream = response.headers.get('content-type')?.startsWith(STREAMED) === true
    return {
      status: response.status,
      headers: {
        ...Object.fromEntries(response.headers),
        ...(cookies.length > 0 ? { 'set-cookie': cookies } : {}),
      },
      ...(isStream && response.body !== null
        ? { body: null, stream: Readable.fromWeb(response.body as WebStream) }
        : { body: Buffer.from(await response.arrayBuffer()) }),
    }
  }
}

/**
 * Put behind the address, not resolved against it: “//elsewhere” is a path of this portal too. The
 * router would print what it can't read to the console, so that such a path leads nowhere at once.
 * Of a query only `q` is a public page's own: by `_data` the framework would answer with a loader's
 * JSON, which would then be kept and shown to everybody as the page. The console's pages, which
 * nobody keeps, have theirs, but none of the framework's.
 */
function readablePath(url = '/'): string {
  const [path = '', query = ''] = url.split('?', 2)
  const asked = new URLSearchParams(query)
  const isOwn = isConsole(path)
    ? (name: string) => !/^_|^(?:index|routes)$/.test(name)
    : (name: string) => name === 'q'
  // Postgres holds no NUL in a text, so that a search for one would fail instead of finding nothing.
  for (const [name, value] of [...asked])
    if (!isOwn(name) || /\0/.test(name)) asked.delete(name)
    else if (value.includes('\0')) asked.set(name, value.replaceAll('\0', '\ufffd'))
  try {
    const isReadable = !/[\r\n\u2028\u2029]/.test(decodeURIComponent(path))
    if (path.startsWith('/') && isReadable && !isDisguised(path))
      return asked.size === 0 ? path : `${path}?${asked.toString()}`
  } catch {
    // Not percent-encoded UTF-8.
  }
  return '/nowhere'
}

/**
 * The router would take `/ADMIN`, `/%61dmin` and `/x/../admin` for the console too, which is kept from
 * caches, searches and forms by its own spelling alone.
 */
function isDisguised(path: string): boolean {
  const { pathname } = new URL(`http://portal${path.startsWith('//') ? '/nowhere' : path}`)
  return isConsole(path) !== isConsole(decodeURIComponent(pathname).toLowerCase())
}

/** The built pages, once they are there. Who waits for none hears of no failure. */
export function openSite(ctx: Ctx, pages: Promise<void>): Promise<Site> {
  const site = readSite(ctx, pages)
  site.catch(() => undefined)
  return site
}

async function readSite(ctx: Ctx, pages: Promise<void>): Promise<Site> {
  await pages
  const build = (await import(
    pathToFileURL(resolve('build/pages/server/index.js')).href
  )) as ServerBuild
  const entry = build.entry.module as typeof build.entry.module & { drawVerifyPage: DrawVerifyPage }
  return {
    pages: createPages(build),
    drawVerifyPage: entry.drawVerifyPage,
    files: readStaticFiles(resolve('build/pages/client')),
    scripts: JSON.parse(readFileSync(resolve('build/scripts.json'), 'utf8')) as Record<
      string,
      string
    >,
    openapi: buildOpenApi(ctx.config.publicUrl),
  }
}
