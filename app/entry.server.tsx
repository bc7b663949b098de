import type { AppLoadContext, EntryContext } from '@remix-run/node'
import { RemixServer } from '@remix-run/react'
import { renderToStaticMarkup } from 'react-dom/server'
import styles from './ui/app.css?url'
import { Document } from './ui/site/document.tsx'
import type { VerifyPageProps } from './ui/verify/receipt-parts.ts'
import { VerifyPage } from './ui/verify/verify-page.tsx'
import { en } from './ui/words/en.ts'

/**
 * Buffered on purpose: no page here waits for anything, and one string is quicker than a stream.
 * Static, because no page here is taken over by React in the browser.
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

export type DrawVerifyPage = (props: Omit<VerifyPageProps, 'words'>) => string

/**
 * The verify page without Remix around it, which would take as long as the page itself: to the byte
 * what routes/receipt.tsx gives (test/pages/drawing.test.ts compares them).
 */
export const drawVerifyPage: DrawVerifyPage = (props) => {
  const title = en.pageTitle(en.verify.title(en.verify.verdicts[props.report.verdict]))
  const head = (
    <>
      <title>{title}</title>
      <meta name="robots" content="noindex" />
      <link rel="stylesheet" href={styles} />
      <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
    </>
  )
  const html = renderToStaticMarkup(
    <Document words={en} head={head}>
      <VerifyPage words={en} {...props} />
    </Document>,
  )
  return `<!doctype html>${html}`
}

/** Remix would print the error, with its stack, to the console: dispatch.server.ts decides instead. */
export function handleError(error: unknown, args: { request: Request; context: AppLoadContext }) {
  args.context.failure = error
}
