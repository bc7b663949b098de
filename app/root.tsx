import type { LinksFunction, MetaFunction } from '@remix-run/node'
import { Links, Meta, Outlet, useRouteError } from '@remix-run/react'
import type { ReactNode } from 'react'
import styles from './ui/app.css?url'
import { noticeFor, NoticePage } from './ui/notice-pages.tsx'
import { SiteFrame } from './ui/site-frame.tsx'
import { en } from './ui/words/en.ts'

export const links: LinksFunction = () => [
  { rel: 'stylesheet', href: styles },
  { rel: 'icon', href: '/favicon.svg', type: 'image/svg+xml' },
]

export const meta: MetaFunction = ({ error }) =>
  error === undefined
    ? []
    : [{ title: en.pageTitle(noticeFor(error, en).title) }, { name: 'robots', content: 'noindex' }]

/** No `<Scripts>`: pages are plain HTML, so that a strict policy needs neither nonce nor hash. */
export function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang={en.lang} dir={en.dir}>
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <meta name="color-scheme" content="light dark" />
        <Meta />
        <Links />
      </head>
      <body>
        <SiteFrame words={en}>{children}</SiteFrame>
      </body>
    </html>
  )
}

export default function App() {
  return <Outlet />
}

export function ErrorBoundary() {
  const notice = noticeFor(useRouteError(), en)
  return <NoticePage notice={notice} />
}
