import { useForm } from '@conform-to/react'
import { getZodConstraint, parseWithZod } from '@conform-to/zod/v4'
import type { ActionFunctionArgs, LoaderFunctionArgs, MetaFunction } from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { markApiKey, rotateApiKey } from '#app/services/api-keys/rotate-api-key.ts'
import { RotateApiKeyPage } from '#app/ui/console/api-keys/api-key-acts.tsx'
import { en } from '#app/ui/words/en.ts'
import { answerJson } from '#app/routes/answer-json.ts'
import { needUsableApiKey, wasRevoked } from './find-api-key.ts'
import { requireAct } from '../guard.ts'
import { changedMeanwhile, readSeen, showOnce } from '../once.ts'
import { rotation as schema } from './forms.ts'

export async function loader(args: LoaderFunctionArgs) {
  const { ctx } = await requireAct(args, 'api-keys/:id/rotate')
  const apiKey = await needUsableApiKey(ctx, args.params.id)
  return { apiKey, seen: await markApiKey(ctx, apiKey.id), constraint: getZodConstraint(schema) }
}

export async function action(args: ActionFunctionArgs) {
  const signed = await requireAct(args, 'api-keys/:id/rotate')
  const { ctx, by, form } = signed
  const id = args.params.id ?? ''
  const submission = parseWithZod(form, { schema })
  if (submission.status !== 'success') return answerJson(submission.reply(), { status: 400 })
  const { overlapHours } = submission.value
  const rotated = await showOnce(
    signed,
    () => rotateApiKey(ctx, by, id, { overlapHours, seen: readSeen(signed) }),
    () => `/admin/api-keys/${id}/secret/:once?after=rotation`,
  )
  if (rotated.ok) return rotated.value
  if (rotated.code === 'changed_meanwhile') throw changedMeanwhile()
  if (rotated.code === 'not_found') throw new Response(null, { status: 404 })
  throw wasRevoked(id)
}

export const meta: MetaFunction = () => [{ title: en.pageTitle('Rotate an API key') }]

export default function RotateApiKey() {
  const { apiKey, seen, constraint } = useLoaderData<typeof loader>()
  const [form, { overlapHours }] = useForm<Record<string, unknown>>({
    lastResult: useActionData<typeof action>() ?? null,
    constraint,
    defaultValue: { overlapHours: '24' },
  })
  return <RotateApiKeyPage apiKey={apiKey} seen={seen} form={form} overlapHours={overlapHours!} />
}
