import { useForm } from '@conform-to/react'
import { parseWithZod } from '@conform-to/zod/v4'
import type { ActionFunctionArgs, LoaderFunctionArgs, MetaFunction } from '@remix-run/node'
import { useActionData } from '@remix-run/react'
import { INVITATIONS_MAX, inviteAdmin } from '#app/services/people/invite-admin.ts'
import { InvitePage } from '#app/ui/console/people/people-forms.tsx'
import { ROLE_TOO_LOW } from '#app/ui/console/parts/refusals.ts'
import { en } from '#app/ui/words/en.ts'
import { answerJson } from '#app/routes/answer-json.ts'
import { requireAct } from '../guard.ts'
import { showOnce } from '../once.ts'
import { roleSchema as schema } from './role-schema.ts'

export async function loader(args: LoaderFunctionArgs) {
  await requireAct(args, 'people/invite')
  return null
}

export async function action(args: ActionFunctionArgs) {
  const signed = await requireAct(args, 'people/invite')
  const { ctx, by, form } = signed
  const submission = parseWithZod(form, { schema })
  if (submission.status !== 'success') return answerJson(submission.reply(), { status: 400 })
  const { role } = submission.value
  const invited = await showOnce(
    signed,
    () => inviteAdmin(ctx, by, role),
    () => '/admin/people/invite/:once',
  )
  if (invited.ok) return invited.value
  if (invited.code === 'not_allowed') throw new Response(ROLE_TOO_LOW, { status: 403 })
  const formErrors = [`${INVITATIONS_MAX} invitations are open already: withdraw one first.`]
  return answerJson(submission.reply({ formErrors }), { status: 400 })
}

export const meta: MetaFunction = () => [{ title: en.pageTitle('Invite somebody') }]

export default function PeopleInvite() {
  const [form, { role }] = useForm({
    lastResult: useActionData<typeof action>() ?? null,
    constraint: { role: { required: true } },
    defaultValue: { role: 'viewer' },
  })
  return <InvitePage form={form} role={role} />
}
