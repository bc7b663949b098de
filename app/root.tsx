import type { LinksFunction, MetaFunction } from '@remix-run/node'
import { Links, Meta, Outlet, useMatches, useRouteError } from '@remix-run/react'
import type { ReactNode } from 'react'
import styles from './ui/app.css?url'
import { Document } from './ui/site/document.tsx'
import { noticeFor, NoticePage } from './ui/site/notice-pages.tsx'
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
  const head = (
    <>
      <Meta />
      <Links />
    </>
  )
  // The console and its door draw their own frames, and so do their error pages.
  const hasFrame = useMatches().some(({ id }) => /^routes\/admin\/(?:frame|door)$/.test(id))
  return (
    <Document words={en} head={head} hasFrame={hasFrame}>
      {children}
    </Document>
  )
}

export default function App() {
  return <Outlet />
}

export function ErrorBoundary() {
  const notice = noticeFor(useRouteError(), en)
  return <NoticePage notice={notice} />
}
