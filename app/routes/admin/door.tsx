import type { LinksFunction, MetaFunction } from '@remix-run/node'
import { Outlet, useRouteError } from '@remix-run/react'
import { DoorFrame } from '../../ui/console/door-frame.tsx'
import { lookUp } from '../../ui/console/look-up.ts'
import { REFUSALS } from '../../ui/console/refusals.ts'
import { noticeFor, NoticePage } from '../../ui/notice-pages.tsx'
import { SiteFrame } from '../../ui/site-frame.tsx'
import kit from '../../ui/styles/console.css?url'
import door from '../../ui/styles/console-door.css?url'
import { en } from '../../ui/words/en.ts'

export const links: LinksFunction = () => [kit, door].map((href) => ({ rel: 'stylesheet', href }))

export const meta: MetaFunction = () => [
  { title: en.pageTitle('Console') },
  { name: 'robots', content: 'noindex' },
]

export default function Door() {
  return (
    <DoorFrame>
      <Outlet />
    </DoorFrame>
  )
}

export function ErrorBoundary() {
  const error = useRouteError()
  const refusal = lookUp(REFUSALS, String((error as { data?: unknown } | null)?.data))
  const notice =
    refusal === undefined
      ? noticeFor(error, en)
      : { verdict: 'not-found' as const, ...refusal, action: 'To the console', href: '/admin' }
  return (
    <SiteFrame words={en}>
      <NoticePage notice={notice} />
    </SiteFrame>
  )
}
