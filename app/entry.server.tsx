import type { AppLoadContext, EntryContext } from '@remix-run/node'
import { RemixServer } from '@remix-run/react'
import { renderToString } from 'react-dom/server'

/** Buffered on purpose: no page here waits for anything, and one string is quicker than a stream. */
export default function handleRequest(
  request: Request,
  status: number,
  headers: Headers,
  remixContext: EntryContext,
): Response {
  const html = renderToString(<RemixServer context={remixContext} url={request.url} />)
  headers.set('Content-Type', 'text/html; charset=utf-8')
  return new Response(`<!doctype html>${html}`, { status, headers })
}

/** Remix would print the error, with its stack, to the console: dispatch.server.ts decides instead. */
export function handleError(error: unknown, args: { request: Request; context: AppLoadContext }) {
  args.context.failure = error
}
