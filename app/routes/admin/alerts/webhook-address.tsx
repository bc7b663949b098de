import {
  redirect,
  type ActionFunctionArgs,
  type LoaderFunctionArgs,
  type MetaFunction,
} from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { moveWebhook } from '#app/services/alerts/change-webhook.ts'
import { WebhookUrlPage } from '#app/ui/console/alerts/webhook-forms.tsx'
import { en } from '#app/ui/words/en.ts'
import { answerJson } from '#app/routes/answer-json.ts'
import { needKeptWebhook } from './find-webhook.ts'
import { requireAct } from '../guard.ts'
import { parseUrl } from './webhook-url.ts'

export const meta: MetaFunction = () => [{ title: en.pageTitle('Change the address') }]

export async function loader(args: LoaderFunctionArgs) {
  const { ctx } = await requireAct(args, 'alerts/:id/address')
  return { webhook: await needKeptWebhook(ctx, args.params.id) }
}

export async function action(args: ActionFunctionArgs) {
  const { ctx, by, form } = await requireAct(args, 'alerts/:id/address')
  const { id } = await needKeptWebhook(ctx, args.params.id)
  const submission = parseUrl(form)
  if (submission.status !== 'success') return answerJson(submission.reply(), { status: 400 })
  const moved = await moveWebhook(ctx, by, id, submission.value.url)
  if (moved.ok) return redirect(`/admin/alerts/${id}?done=moved`)
  const url = [moved.detail ?? 'This address can’t be used.']
  return answerJson(submission.reply({ fieldErrors: { url } }), { status: 400 })
}

export default function WebhookAddress() {
  const lastResult = useActionData<typeof action>() ?? null
  return <WebhookUrlPage lastResult={lastResult} {...useLoaderData<typeof loader>()} />
}
