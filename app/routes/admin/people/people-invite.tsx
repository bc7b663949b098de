import { useForm } from '@conform-to/react'
import { parseWithZod } from '@conform-to/zod/v4'
import type { ActionFunctionArgs, LoaderFunctionArgs, MetaFunction } from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { INVITATIONS_MAX, inviteAdmin } from '#app/services/people/invite-admin.ts'
import { InvitePage, InvitedPage } from '#app/ui/console/people/people-forms.tsx'
import { ROLE_TOO_LOW } from '#app/ui/console/parts/refusals.ts'
import { en } from '#app/ui/words/en.ts'
import { answerJson } from '#app/routes/answer-json.ts'
import { requireAct } from '../guard.ts'
import { roleSchema as schema } from './role-schema.ts'

export async function loader(args: LoaderFunctionArgs) {
  await requireAct(args, 'people/invite')
  return { script: args.context.scripts.copy ?? null }
}

/** The link is in the answer to this form and nowhere else. */
export async function action(args: ActionFunctionArgs) {
  const { ctx, by, form } = await requireAct(args, 'people/invite')
  const submission = parseWithZod(form, { schema })
  if (submission.status !== 'success')
    return answerJson({ lastResult: submission.reply(), link: null }, { status: 400 })
  const { role } = submission.value
  const invited = await inviteAdmin(ctx, by, role)
  if (invited.ok)
    return answerJson({ lastResult: null, link: { ...invited.value, role } }, { status: 201 })
  if (invited.code === 'not_allowed') throw new Response(ROLE_TOO_LOW, { status: 403 })
  const formErrors = [`${INVITATIONS_MAX} invitations are open already: withdraw one first.`]
  return answerJson({ lastResult: submission.reply({ formErrors }), link: null }, { status: 400 })
}

export const meta: MetaFunction = () => [{ title: en.pageTitle('Invite somebody') }]

export default function PeopleInvite() {
  const { script } = useLoaderData<typeof loader>()
  const answer = useActionData<typeof action>()
  const [form, { role }] = useForm({
    lastResult: answer?.lastResult ?? null,
    constraint: { role: { required: true } },
    defaultValue: { role: 'viewer' },
  })
  if (answer?.link != null) return <InvitedPage link={answer.link} script={script} />
  return <InvitePage form={form} role={role} />
}
