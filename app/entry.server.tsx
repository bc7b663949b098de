import type { AppLoadContext, EntryContext } from '@remix-run/node'
import { isRouteErrorResponse, RemixServer } from '@remix-run/react'
import type { ComponentType } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { Head, type HeadEntry } from './ui/site/head.tsx'
import { Document } from './ui/site/document.tsx'
import { NoticePage, noticeOf, type NoticeKind } from './ui/site/notice-pages.tsx'
import { en } from './ui/words/en.ts'
import type { PageArgs } from './web/page-context.ts'

export type { NoticeKind } from './ui/site/notice-pages.tsx'

/**
 * Draws the console's pages into one string: no page waits for data, so a stream would be slower.
 * The markup is static, because React takes over no page in the browser.
 */
export default function handleRequest(
  request: Request,
  status: number,
  headers: Headers,
  remixContext: EntryContext,
): Response {
  const html = renderToStaticMarkup(<RemixServer context={remixContext} url={request.url} />)
  headers.set('Content-Type', 'text/html; charset=utf-8')
  return new Response(`<!doctype html>${html}`, { status, headers })
}

/** A public page's route module: its component is a function of its loader's data. */
export interface PublicPage {
  loader: (args: PageArgs) => object | Promise<object>
  meta: (args: { data: object }) => HeadEntry[]
  default: ComponentType<{ loaderData: object }>
}

export type DrawPage = (page: PublicPage, data: object) => string
export type DrawNotice = (kind: NoticeKind) => string

/** Draws a public page without Remix, which would take ten times as long as the page itself. */
export const drawPage: DrawPage = ({ meta, default: Page }, data) =>
  drawDocument(meta({ data }), <Page loaderData={data} />)

export const drawNotice: DrawNotice = (kind) => {
  const notice = noticeOf(kind, en)
  const head = [{ title: en.pageTitle(notice.title) }, { name: 'robots', content: 'noindex' }]
  return drawDocument(head, <NoticePage notice={notice} />)
}

function drawDocument(head: HeadEntry[], page: React.ReactElement): string {
  const document = (
    <Document words={en} head={<Head entries={head} />}>
      {page}
    </Document>
  )
  return `<!doctype html>${renderToStaticMarkup(document)}`
}

/**
 * Remix would print the error, with its stack, to the console: web/console.ts logs it instead. A
 * refusal by Remix's own router (a form to a page that takes none) is no failure of ours: strangers
 * could fill the log with it.
 */
export function handleError(error: unknown, args: { request: Request; context: AppLoadContext }) {
  if (isRouteErrorResponse(error) && error.status < 500) return
  args.context.failure = error
}
