import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import type { Invited } from '#app/services/people/invite-admin.ts'
import { ShownBefore } from '#app/ui/console/parts/shown-before.tsx'
import { InvitedPage } from '#app/ui/console/people/people-forms.tsx'
import { en } from '#app/ui/words/en.ts'
import { answerJson } from '#app/routes/answer-json.ts'
import { requireAdmin } from '../guard.ts'
import { statusOf, takeShown } from '../once.ts'

/** The only page that ever shows the link. */
export async function loader(args: LoaderFunctionArgs) {
  const shown = await takeShown<Invited>(await requireAdmin(args, 'owner'), args)
  const script = args.context.scripts.copy ?? null
  return answerJson({ shown, script }, { status: statusOf(shown) })
}

export const meta: MetaFunction = () => [{ title: en.pageTitle('An invitation') }]

export default function PeopleInvited() {
  const { shown, script } = useLoaderData<typeof loader>()
  if (shown !== null) return <InvitedPage link={shown} script={script} />
  return (
    <ShownBefore
      what="link"
      back="To the open invitations"
      crumbs={[{ href: '/admin/people', text: 'People' }]}
      again={{ href: '/admin/people/invite', text: 'Make another link' }}
    >
      Is it lost? Withdraw it on the page of people, where open invitations stand, and make another.
    </ShownBefore>
  )
}
