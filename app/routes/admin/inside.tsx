import type { MetaFunction } from '@remix-run/node'
import { Outlet, useRouteError } from '@remix-run/react'
import { consoleNotice } from '#app/ui/console/parts/refusals.ts'
import { NoticePage } from '#app/ui/site/notice-pages.tsx'
import { en } from '#app/ui/words/en.ts'

export const meta: MetaFunction = ({ error }) => [
  { title: en.pageTitle(error === undefined ? 'Console' : consoleNotice(error).title) },
  { name: 'robots', content: 'noindex' },
]

export default function Inside() {
  return <Outlet />
}

/** A route of its own, so that an error inside leaves the frame around it. */
export function ErrorBoundary() {
  return <NoticePage notice={consoleNotice(useRouteError())} />
}
