import { useForm } from '@conform-to/react'
import { getZodConstraint, parseWithZod } from '@conform-to/zod/v4'
import {
  redirect,
  type ActionFunctionArgs,
  type LoaderFunctionArgs,
  type MetaFunction,
} from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { countReceipts } from '#app/services/issuers/count-receipts.ts'
import { updateIssuer } from '#app/services/issuers/update-issuer.ts'
import { EditIssuerPage } from '#app/ui/console/issuers/issuer-form.tsx'
import { en } from '#app/ui/words/en.ts'
import { answerJson } from '#app/routes/answer-json.ts'
import { needIssuer } from './find-keys.ts'
import { requireAct } from '../guard.ts'
import { issuerChange as schema } from './forms.ts'
import { NAME_CONFUSABLE } from './refusals.ts'

export async function loader(args: LoaderFunctionArgs) {
  const { ctx } = await requireAct(args, 'issuers/:slug/edit')
  const { slug, name, url, keys } = await needIssuer(ctx, args.params.slug)
  const receipts = await countReceipts(
    ctx,
    keys.map(({ kid }) => kid),
  )
  return { issuer: { slug, name, url }, receipts, constraint: getZodConstraint(schema) }
}

export async function action(args: ActionFunctionArgs) {
  const { ctx, by, form } = await requireAct(args, 'issuers/:slug/edit')
  const slug = args.params.slug ?? ''
  const submission = parseWithZod(form, { schema })
  if (submission.status !== 'success') return answerJson(submission.reply(), { status: 400 })
  const { name, url = null } = submission.value
  const updated = await updateIssuer(ctx, by, slug, { name, url })
  if (updated.ok) return redirect(`/admin/issuers/${slug}?done=saved`)
  if (updated.code === 'not_found') throw new Response(null, { status: 404 })
  return answerJson(submission.reply({ fieldErrors: { name: [NAME_CONFUSABLE] } }), { status: 409 })
}

export const meta: MetaFunction = () => [{ title: en.pageTitle('Change an issuer') }]

export default function EditIssuer() {
  const { issuer, receipts, constraint } = useLoaderData<typeof loader>()
  const [form, { name, url }] = useForm<Record<string, unknown>>({
    lastResult: useActionData<typeof action>() ?? null,
    constraint,
    defaultValue: { name: issuer.name, url: issuer.url ?? '' },
  })
  const fields = { name: name!, url: url! }
  return <EditIssuerPage issuer={issuer} receipts={receipts} form={form} fields={fields} />
}
