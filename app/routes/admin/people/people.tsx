import {
  redirect,
  type ActionFunctionArgs,
  type LoaderFunctionArgs,
  type MetaFunction,
} from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { listAdmins } from '#app/services/people/change-people.ts'
import { cancelInvitation, listInvitations } from '#app/services/people/invite-admin.ts'
import { PeoplePage } from '#app/ui/console/people/people-page.tsx'
import { en } from '#app/ui/words/en.ts'
import { requireAct, requireAdmin } from '../guard.ts'

const PEOPLE_A_PAGE = 50

export async function loader(args: LoaderFunctionArgs) {
  const { ctx, admin } = await requireAdmin(args, 'owner')
  const asked = new URL(args.request.url).searchParams
  const after = asked.get('after')
  const [people, invitations] = await Promise.all([
    listAdmins(ctx, { after, limit: PEOPLE_A_PAGE }),
    listInvitations(ctx),
  ])
  return { people, invitations, self: admin.id, done: asked.get('done') }
}

/** Withdraws an invitation that nobody has used. */
export async function action(args: ActionFunctionArgs) {
  const { ctx, by, form } = await requireAct(args, 'people')
  const id = form.get('invitation')
  const cancelled = await cancelInvitation(ctx, by, typeof id === 'string' ? id : '')
  return redirect(`/admin/people?done=${cancelled.ok ? 'withdrawn' : 'gone'}`)
}

export const meta: MetaFunction = () => [{ title: en.pageTitle('People') }]

export default function People() {
  return <PeoplePage {...useLoaderData<typeof loader>()} />
}
