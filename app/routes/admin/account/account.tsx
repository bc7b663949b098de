import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { listPasskeys } from '#app/services/door/change-passkeys.ts'
import { findAdmin } from '#app/services/people/change-people.ts'
import { listSessions } from '#app/services/door/session.ts'
import { AccountPage } from '#app/ui/console/door/account-page.tsx'
import { en } from '#app/ui/words/en.ts'
import { requireAdmin } from '../guard.ts'

export async function loader(args: LoaderFunctionArgs) {
  const { ctx, admin, session } = await requireAdmin(args, 'viewer')
  const [person, passkeys, sessions] = await Promise.all([
    findAdmin(ctx, admin.id),
    listPasskeys(ctx, admin.id),
    listSessions(ctx, session),
  ])
  const done = new URL(args.request.url).searchParams.get('done')
  const { requireSecondFactor: isRequired } = ctx.config
  return { person: person!, passkeys, sessions: sessions.length, done, isRequired }
}

export const meta: MetaFunction = () => [{ title: en.pageTitle('Your account') }]

export default function Account() {
  return <AccountPage {...useLoaderData<typeof loader>()} />
}
