import { useForm } from '@conform-to/react'
import { getZodConstraint, parseWithZod } from '@conform-to/zod/v4'
import {
  redirect,
  type ActionFunctionArgs,
  type LoaderFunctionArgs,
  type MetaFunction,
} from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { updateApiKey } from '#app/services/api-keys/update-api-key.ts'
import { EditApiKeyPage } from '#app/ui/console/api-keys/api-key-form.tsx'
import { en } from '#app/ui/words/en.ts'
import { answerJson } from '#app/routes/answer-json.ts'
import { needUsableApiKey, wasRevoked } from './find-api-key.ts'
import { requireAct } from '../guard.ts'
import { apiKeyChange as schema } from './forms.ts'

export async function loader(args: LoaderFunctionArgs) {
  const { ctx } = await requireAct(args, 'api-keys/:id/edit')
  const apiKey = await needUsableApiKey(ctx, args.params.id)
  return { apiKey, constraint: getZodConstraint(schema) }
}

/** An empty field means no cap or no rate. */
export async function action(args: ActionFunctionArgs) {
  const { ctx, by, form } = await requireAct(args, 'api-keys/:id/edit')
  const id = args.params.id ?? ''
  const submission = parseWithZod(form, { schema })
  if (submission.status !== 'success') return answerJson(submission.reply(), { status: 400 })
  const { name, cap = null, ratePerSecond = null } = submission.value
  const updated = await updateApiKey(ctx, by, id, { name, cap, ratePerSecond })
  if (updated.ok) return redirect(`/admin/api-keys/${id}?done=saved`)
  if (updated.code === 'not_found') throw new Response(null, { status: 404 })
  throw wasRevoked(id)
}

export const meta: MetaFunction = () => [{ title: en.pageTitle('Change an API key') }]

export default function EditApiKey() {
  const { apiKey, constraint } = useLoaderData<typeof loader>()
  const [form, { name, cap, ratePerSecond }] = useForm<Record<string, unknown>>({
    lastResult: useActionData<typeof action>() ?? null,
    constraint,
    defaultValue: {
      name: apiKey.name,
      cap: apiKey.cap?.toString(),
      ratePerSecond: apiKey.ratePerSecond?.toString(),
    },
  })
  const fields = { name: name!, cap: cap!, ratePerSecond: ratePerSecond! }
  return <EditApiKeyPage apiKey={apiKey} form={form} fields={fields} />
}
