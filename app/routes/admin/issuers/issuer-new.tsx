import { useForm } from '@conform-to/react'
import { getZodConstraint, parseWithZod } from '@conform-to/zod/v4'
import {
  redirect,
  type ActionFunctionArgs,
  type LoaderFunctionArgs,
  type MetaFunction,
} from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { createIssuer } from '#app/services/issuers/create-issuer.ts'
import { NewIssuerPage } from '#app/ui/console/issuers/issuer-form.tsx'
import { en } from '#app/ui/words/en.ts'
import { answerJson } from '#app/routes/answer-json.ts'
import { requireAct } from '../guard.ts'
import { actOnce } from '../once.ts'
import { newIssuer as schema } from './forms.ts'
import { NAME_CONFUSABLE } from './refusals.ts'

export async function loader(args: LoaderFunctionArgs) {
  await requireAct(args, 'issuers/new')
  return { constraint: getZodConstraint(schema) }
}

export async function action(args: ActionFunctionArgs) {
  const { ctx, by, form } = await requireAct(args, 'issuers/new')
  const submission = parseWithZod(form, { schema })
  if (submission.status !== 'success') return answerJson(submission.reply(), { status: 400 })
  const { slug, name, url = null } = submission.value
  const created = await actOnce(() => createIssuer(ctx, by, { slug, name, url }))
  if (created.ok) return redirect(`/admin/issuers/${slug}?done=created`)
  const fieldErrors: Record<string, string[]> =
    created.code === 'slug_taken'
      ? { slug: ['Another issuer has this slug.'] }
      : { name: [NAME_CONFUSABLE] }
  return answerJson(submission.reply({ fieldErrors }), { status: 409 })
}

export const meta: MetaFunction = () => [{ title: en.pageTitle('Create an issuer') }]

export default function NewIssuer() {
  const [form, { name, slug, url }] = useForm({
    lastResult: useActionData<typeof action>() ?? null,
    constraint: useLoaderData<typeof loader>().constraint,
  })
  return <NewIssuerPage form={form} fields={{ name: name!, slug: slug!, url: url! }} />
}
