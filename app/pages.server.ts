import { Buffer } from 'node:buffer'
import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createRequestHandler, type AppLoadContext, type ServerBuild } from '@remix-run/node'

import { buildOpenApi } from './api/openapi.ts'
import type { Ctx } from './context.server.ts'
import type { DrawVerifyPage } from './entry.server.tsx'
import type { Reply } from './http/reply.ts'
import { readStaticFiles } from './http/static-files.ts'

export interface Site {
  pages: ReturnType<typeof createPages>
  drawVerifyPage: DrawVerifyPage
  files: ReturnType<typeof readStaticFiles>
  scripts: Record<string, string>
  openapi: object
}

/**
 * Remix behind a thin, buffering adapter: a GET without a body in, finished HTML out. Express and
 * remix-serve would cost half the speed and bring nothing that is used here.
 */
export function createPages(build: ServerBuild) {
  const handle = createRequestHandler(build, 'production')
  return async (request: IncomingMessage, context: AppLoadContext): Promise<Reply> => {
    const headers = new Headers()
    for (const name of ['accept', 'accept-language']) {
      const value = request.headers[name]
      if (typeof value === 'string') headers.set(name, value)
    }
    const asked = new Request(context.ctx.config.publicUrl + readablePath(request.url), { headers })
    const response = await handle(asked, context)
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: Buffer.from(await response.arrayBuffer()),
    }
  }
}

/**
 * Put behind the address, not resolved against it: “//elsewhere” is a path of this portal too. The
 * router would print what it can't read to the console, so that such a path leads nowhere at once.
 * Of a query only `q` is a page's own: by `_data` the framework would answer with a loader's JSON,
 * which would then be kept and shown to everybody as the page.
 */
function readablePath(url = '/'): string {
  const [path = '', query = ''] = url.split('?', 2)
  const asked = new URLSearchParams(query).get('q')
  try {
    const isReadable = !/[\r\n\u2028\u2029]/.test(decodeURIComponent(path))
    if (path.startsWith('/') && isReadable)
      return asked === null ? path : `${path}?${new URLSearchParams({ q: asked }).toString()}`
  } catch {
    // Not percent-encoded UTF-8.
  }
  return '/nowhere'
}

/** The built pages, once they are there. */
export async function openSite(ctx: Ctx, pages: Promise<void>): Promise<Site> {
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
