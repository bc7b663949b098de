import { useForm } from '@conform-to/react'
import { getZodConstraint, parseWithZod } from '@conform-to/zod/v4'
import type { ActionFunctionArgs, LoaderFunctionArgs, MetaFunction } from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { rotateApiKey } from '#app/services/api-keys/rotate-api-key.ts'
import { RotateApiKeyPage } from '#app/ui/console/api-keys/api-key-acts.tsx'
import { ApiKeySecretPage } from '#app/ui/console/api-keys/api-key-secret.tsx'
import { TimeText } from '#app/ui/console/parts/notice.tsx'
import { en } from '#app/ui/words/en.ts'
import { answerJson } from '#app/routes/answer-json.ts'
import { canPost, canSign, needUsableApiKey, wasRevoked } from './find-api-key.ts'
import { requireAct } from '../guard.ts'
import { rotation as schema } from './forms.ts'

export async function loader(args: LoaderFunctionArgs) {
  const { ctx } = await requireAct(args, 'api-keys/:id/rotate')
  const apiKey = await needUsableApiKey(ctx, args.params.id)
  return {
    apiKey,
    canSign: await canSign(ctx, apiKey.issuer),
    canPost: canPost(apiKey),
    portal: ctx.config.publicUrl,
    script: args.context.scripts.copy ?? null,
    constraint: getZodConstraint(schema),
  }
}

/** The secret is in the answer to this form and nowhere else. */
export async function action(args: ActionFunctionArgs) {
  const { ctx, by, form } = await requireAct(args, 'api-keys/:id/rotate')
  const id = args.params.id ?? ''
  const submission = parseWithZod(form, { schema })
  if (submission.status !== 'success')
    return answerJson({ lastResult: submission.reply(), rotated: null }, { status: 400 })
  const rotated = await rotateApiKey(ctx, by, id, submission.value.overlapHours)
  if (rotated.ok) return answerJson({ lastResult: null, rotated: rotated.value }, { status: 200 })
  if (rotated.code === 'not_found') throw new Response(null, { status: 404 })
  throw wasRevoked(id)
}

export const meta: MetaFunction = () => [{ title: en.pageTitle('Rotate an API key') }]

export default function RotateApiKey() {
  const { apiKey, constraint, ...shown } = useLoaderData<typeof loader>()
  const answer = useActionData<typeof action>()
  const [form, { overlapHours }] = useForm<Record<string, unknown>>({
    lastResult: answer?.lastResult ?? null,
    constraint,
    defaultValue: { overlapHours: '24' },
  })
  if (!answer?.rotated)
    return <RotateApiKeyPage apiKey={apiKey} form={form} overlapHours={overlapHours!} />
  const { rotated } = answer
  const note =
    rotated.previousExpiresAt === null ? (
      'The previous secret no longer works.'
    ) : (
      <>
        The previous secret works until <TimeText at={rotated.previousExpiresAt} />.
      </>
    )
  return <ApiKeySecretPage apiKey={rotated} note={note} {...shown} />
}
