import type { LinksFunction, MetaFunction } from '@remix-run/node'
import { Outlet } from '@remix-run/react'
import { DoorFrame } from '#app/ui/console/door/door-frame.tsx'
import frame from '../../ui/styles/console.css?url'
import kit from '../../ui/styles/console-kit.css?url'
import door from '../../ui/styles/console-door.css?url'
import { en } from '#app/ui/words/en.ts'

export const links: LinksFunction = () =>
  [frame, kit, door].map((href) => ({ rel: 'stylesheet', href }))

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

export { ErrorBoundary } from './error-page.tsx'
