import type { LinksFunction, LoaderFunctionArgs, MetaFunction } from '@remix-run/node'
import { Outlet, useLoaderData, useLocation } from '@remix-run/react'
import { ConsoleFrame } from '#app/ui/console/parts/console-frame.tsx'
import frame from '../../ui/styles/console.css?url'
import kit from '../../ui/styles/console-kit.css?url'
import alerts from '../../ui/styles/console-alerts.css?url'
import door from '../../ui/styles/console-door.css?url'
import keys from '../../ui/styles/console-keys.css?url'
import records from '../../ui/styles/console-records.css?url'
import { en } from '#app/ui/words/en.ts'
import { newFormId } from '#app/services/audit/sending.ts'
import { requireAdmin } from './guard.ts'

/** The frame's and the parts' styles come first, so that an area's styles override them. */
export const links: LinksFunction = () =>
  [frame, kit, records, alerts, keys, door].map((href) => ({ rel: 'stylesheet', href }))

export const meta: MetaFunction = () => [
  { title: en.pageTitle('Console') },
  { name: 'robots', content: 'noindex' },
]

export async function loader(args: LoaderFunctionArgs) {
  const { ctx, admin, session } = await requireAdmin(args, 'viewer')
  return { name: admin.name, role: admin.role, csrf: session.csrf, form: newFormId(ctx) }
}

export default function Frame() {
  return (
    <ConsoleFrame session={useLoaderData<typeof loader>()} path={useLocation().pathname}>
      <Outlet />
    </ConsoleFrame>
  )
}

export { ErrorBoundary } from './error-page.tsx'
