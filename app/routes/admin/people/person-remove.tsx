import {
  redirect,
  type ActionFunctionArgs,
  type LoaderFunctionArgs,
  type MetaFunction,
} from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { removeAdmin } from '#app/services/people/change-people.ts'
import { RemovePersonPage } from '#app/ui/console/people/people-forms.tsx'
import { en } from '#app/ui/words/en.ts'
import { answerJson } from '#app/routes/answer-json.ts'
import { LAST_OWNER, needPerson } from './find-person.ts'
import { requireAct } from '../guard.ts'

export async function loader(args: LoaderFunctionArgs) {
  const signed = await requireAct(args, 'people/:id/remove')
  return needPerson(signed, args.params.id)
}

export async function action(args: ActionFunctionArgs) {
  const { ctx, by, admin } = await requireAct(args, 'people/:id/remove')
  const id = args.params.id ?? ''
  const removed = await removeAdmin(ctx, by, id)
  if (removed.ok) return redirect(id === admin.id ? '/admin/sign-in' : '/admin/people?done=removed')
  if (removed.code === 'not_found') throw new Response(null, { status: 404 })
  return answerJson({ error: LAST_OWNER }, { status: 409 })
}

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: en.pageTitle(`Remove ${data?.person.name ?? 'somebody'}`) },
]

export default function PersonRemove() {
  const error = useActionData<typeof action>()?.error ?? null
  return <RemovePersonPage {...useLoaderData<typeof loader>()} error={error} />
}
