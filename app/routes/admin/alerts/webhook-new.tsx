import type { ActionFunctionArgs, LoaderFunctionArgs, MetaFunction } from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { createWebhook } from '#app/services/alerts/create-webhook.ts'
import { WebhookSecretPage, WebhookUrlPage } from '#app/ui/console/alerts/webhook-forms.tsx'
import { en } from '#app/ui/words/en.ts'
import { answerJson } from '#app/routes/answer-json.ts'
import { requireAct } from '../guard.ts'
import { parseUrl } from './webhook-url.ts'

export const meta: MetaFunction = () => [{ title: en.pageTitle('Add a webhook') }]

export async function loader(args: LoaderFunctionArgs) {
  await requireAct(args, 'alerts/new')
  return { script: args.context.scripts.copy ?? null }
}

/** The secret is in the answer to this form and nowhere else. */
export async function action(args: ActionFunctionArgs) {
  const { ctx, by, form } = await requireAct(args, 'alerts/new')
  const submission = parseUrl(form)
  if (submission.status !== 'success')
    return answerJson({ lastResult: submission.reply(), created: null }, { status: 400 })
  const created = await createWebhook(ctx, by, submission.value)
  if (created.ok) return answerJson({ lastResult: null, created: created.value }, { status: 201 })
  const lastResult =
    created.code === 'too_many'
      ? submission.reply({ formErrors: ['There are 20 webhooks already: remove one first.'] })
      : submission.reply({
          fieldErrors: { url: [created.detail ?? 'This address can’t be used.'] },
        })
  return answerJson({ lastResult, created: null }, { status: 400 })
}

export default function NewWebhook() {
  const { script } = useLoaderData<typeof loader>()
  const answer = useActionData<typeof action>()
  if (answer?.created) return <WebhookSecretPage webhook={answer.created} script={script} />
  return <WebhookUrlPage lastResult={answer?.lastResult ?? null} />
}
