import type { ActionFunctionArgs, LoaderFunctionArgs, MetaFunction } from '@remix-run/node'
import { useActionData } from '@remix-run/react'
import { createWebhook } from '#app/services/alerts/create-webhook.ts'
import { WebhookUrlPage } from '#app/ui/console/alerts/webhook-forms.tsx'
import { en } from '#app/ui/words/en.ts'
import { answerJson } from '#app/routes/answer-json.ts'
import { requireAct } from '../guard.ts'
import { showOnce } from '../once.ts'
import { parseUrl } from './webhook-url.ts'

export const meta: MetaFunction = () => [{ title: en.pageTitle('Add a webhook') }]

export async function loader(args: LoaderFunctionArgs) {
  await requireAct(args, 'alerts/new')
  return null
}

export async function action(args: ActionFunctionArgs) {
  const signed = await requireAct(args, 'alerts/new')
  const { ctx, by, form } = signed
  const submission = parseUrl(form)
  if (submission.status !== 'success') return answerJson(submission.reply(), { status: 400 })
  const created = await showOnce(
    signed,
    () => createWebhook(ctx, by, submission.value),
    (id) => `/admin/alerts/${id}/secret/:once`,
  )
  if (created.ok) return created.value
  const lastResult =
    created.code === 'too_many'
      ? submission.reply({ formErrors: ['There are 20 webhooks already: remove one first.'] })
      : submission.reply({
          fieldErrors: { url: [created.detail ?? 'This address can’t be used.'] },
        })
  return answerJson(lastResult, { status: 400 })
}

export default function NewWebhook() {
  return <WebhookUrlPage lastResult={useActionData<typeof action>() ?? null} />
}
