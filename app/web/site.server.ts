import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ServerBuild } from '@remix-run/node'
import { buildOpenApi } from '../api/openapi.ts'
import type { Ctx } from '../context.ts'
import type { DrawNotice, DrawPage, NoticeKind, PublicPage } from '../entry.server.tsx'
import type { Reply } from './reply.ts'
import { readStaticFiles, type StaticFile } from './static-files.ts'

/** The built pages and files, and the values that every page gets. */
export interface Site {
  build: ServerBuild
  files: Map<string, StaticFile>
  /** Addresses of the pages' scripts, by name. */
  scripts: Record<string, string>
  openapi: object
  /** The route module of a public page. */
  pageOf: (file: string) => PublicPage
  drawPage: DrawPage
  drawNotice: (kind: NoticeKind, status: number) => Reply
  /** The page that replaces one that could not be shown. */
  drawTrouble: (code: 'unavailable' | 'internal_error') => Reply
}

/** Settles when the pages are built. Only a caller that awaits it gets a failed build's error. */
export function openSite(ctx: Ctx, pages: Promise<void>): Promise<Site> {
  const site = readSite(ctx, pages)
  site.catch(() => undefined)
  return site
}

const HTML = 'text/html; charset=utf-8'
const RETRY_AFTER_SECONDS = 5

async function readSite(ctx: Ctx, pages: Promise<void>): Promise<Site> {
  await pages
  const file = pathToFileURL(resolve('build/pages/server/index.js')).href
  const build = (await import(file)) as ServerBuild
  const entry = build.entry.module as typeof build.entry.module & {
    drawPage: DrawPage
    drawNotice: DrawNotice
  }
  const notices = new Map<NoticeKind, string>()
  const drawNotice = (kind: NoticeKind, status: number): Reply => {
    const html = notices.get(kind) ?? entry.drawNotice(kind)
    notices.set(kind, html)
    return { status, headers: { 'content-type': HTML }, body: html }
  }
  return {
    build,
    files: readStaticFiles(resolve('build/pages/client')),
    scripts: JSON.parse(readFileSync(resolve('build/scripts.json'), 'utf8')) as Site['scripts'],
    openapi: buildOpenApi(ctx.config.publicUrl),
    pageOf: (name) => build.routes[name.replace(/\.tsx$/, '')]!.module as unknown as PublicPage,
    drawPage: entry.drawPage,
    drawNotice,
    drawTrouble(code) {
      if (code === 'internal_error') return drawNotice('trouble', 500)
      const reply = drawNotice('trouble', 503)
      reply.headers['retry-after'] = String(RETRY_AFTER_SECONDS)
      return reply
    },
  }
}
