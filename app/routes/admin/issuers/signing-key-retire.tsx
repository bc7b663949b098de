import { useForm } from '@conform-to/react'
import { getZodConstraint, parseWithZod } from '@conform-to/zod/v4'
import {
  redirect,
  type ActionFunctionArgs,
  type LoaderFunctionArgs,
  type MetaFunction,
} from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { retireKey } from '#app/services/issuers/retire-key.ts'
import { RetireKeyPage } from '#app/ui/console/issuers/signing-key-acts.tsx'
import { en } from '#app/ui/words/en.ts'
import { answerJson } from '#app/routes/answer-json.ts'
import { needSigningKey } from './find-keys.ts'
import { requireAct } from '../guard.ts'
import { retirement as schema } from './forms.ts'

export async function loader(args: LoaderFunctionArgs) {
  const { ctx } = await requireAct(args, 'issuers/:slug/keys/:kid/retire')
  const { issuer, key, before, isLastActive } = await needSigningKey(ctx, args.params)
  return { issuer, signingKey: key, before, isLastActive, constraint: getZodConstraint(schema) }
}

export async function action(args: ActionFunctionArgs) {
  const { ctx, by, form } = await requireAct(args, 'issuers/:slug/keys/:kid/retire')
  const { slug = '', kid = '' } = args.params
  const submission = parseWithZod(form, { schema })
  if (submission.status !== 'success') return answerJson(submission.reply(), { status: 400 })
  const { reason = null } = submission.value
  const retired = await retireKey(ctx, by, { slug, kid, reason })
  if (retired.ok) return redirect(`/admin/issuers/${slug}/keys/${kid}?done=retired`)
  if (retired.code === 'not_found') throw new Response(null, { status: 404 })
  // The redrawn page says that somebody revoked the key meanwhile.
  return answerJson(submission.reply(), { status: 409 })
}

export const meta: MetaFunction = () => [{ title: en.pageTitle('Retire a signing key') }]

export default function RetireSigningKey() {
  const { constraint, ...shown } = useLoaderData<typeof loader>()
  const [form, { reason }] = useForm({
    lastResult: useActionData<typeof action>() ?? null,
    constraint,
  })
  return <RetireKeyPage {...shown} form={form} reason={reason!} />
}
