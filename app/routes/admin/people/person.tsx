import { useForm } from '@conform-to/react'
import { parseWithZod } from '@conform-to/zod/v4'
import {
  redirect,
  type ActionFunctionArgs,
  type LoaderFunctionArgs,
  type MetaFunction,
} from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { changeRole } from '#app/services/people/change-people.ts'
import { PersonPage } from '#app/ui/console/people/people-forms.tsx'
import { en } from '#app/ui/words/en.ts'
import { answerJson } from '#app/routes/answer-json.ts'
import { LAST_OWNER, needPerson } from './find-person.ts'
import { requireAct } from '../guard.ts'
import { roleSchema as schema } from './role-schema.ts'

export async function loader(args: LoaderFunctionArgs) {
  const signed = await requireAct(args, 'people/:id')
  return needPerson(signed, args.params.id)
}

export async function action(args: ActionFunctionArgs) {
  const { ctx, by, admin, form } = await requireAct(args, 'people/:id')
  const id = args.params.id ?? ''
  const submission = parseWithZod(form, { schema })
  if (submission.status !== 'success') return answerJson(submission.reply(), { status: 400 })
  const { role } = submission.value
  const changed = await changeRole(ctx, by, id, role)
  // An owner who gave up that role may no longer see the list.
  if (changed.ok)
    return redirect(id === admin.id && role !== 'owner' ? '/admin' : '/admin/people?done=role')
  if (changed.code === 'not_found') throw new Response(null, { status: 404 })
  return answerJson(submission.reply({ fieldErrors: { role: [LAST_OWNER] } }), { status: 409 })
}

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: en.pageTitle(data?.person.name ?? 'People') },
]

export default function Person() {
  const { person, isSelf } = useLoaderData<typeof loader>()
  const [form, { role }] = useForm({
    lastResult: useActionData<typeof action>() ?? null,
    constraint: { role: { required: true } },
    defaultValue: { role: person.role },
  })
  return <PersonPage person={person} isSelf={isSelf} form={form} role={role} />
}
