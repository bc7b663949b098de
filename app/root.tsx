import type { LinksFunction, MetaFunction } from '@remix-run/node'
import { Links, Meta, Outlet, useMatches, useRouteError } from '@remix-run/react'
import type { ReactNode } from 'react'
import { Document } from './ui/site/document.tsx'
import { LINKS } from './ui/site/head.tsx'
import { noticeOf, NoticePage, type Notice } from './ui/site/notice-pages.tsx'
import { en } from './ui/words/en.ts'

export const links: LinksFunction = () => LINKS

const noticeFor = (error: unknown): Notice =>
  noticeOf((error as { status?: unknown } | null)?.status === 404 ? 'nowhere' : 'trouble', en)

export const meta: MetaFunction = ({ error }) =>
  error === undefined
    ? []
    : [{ title: en.pageTitle(noticeFor(error).title) }, { name: 'robots', content: 'noindex' }]

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
  const notice = noticeFor(useRouteError())
  return <NoticePage notice={notice} />
}
