import {
  redirect,
  type ActionFunctionArgs,
  type LoaderFunctionArgs,
  type MetaFunction,
} from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { removeWebhook } from '#app/services/alerts/change-webhook.ts'
import { RemoveWebhookPage } from '#app/ui/console/alerts/webhook-forms.tsx'
import { en } from '#app/ui/words/en.ts'
import { needKeptWebhook } from './find-webhook.ts'
import { requireAct } from '../guard.ts'

export const meta: MetaFunction = () => [{ title: en.pageTitle('Remove a webhook') }]

export async function loader(args: LoaderFunctionArgs) {
  const { ctx } = await requireAct(args, 'alerts/:id/remove')
  return { webhook: await needKeptWebhook(ctx, args.params.id) }
}

export async function action(args: ActionFunctionArgs) {
  const { ctx, by } = await requireAct(args, 'alerts/:id/remove')
  const id = args.params.id ?? ''
  if (!(await removeWebhook(ctx, by, id)).ok) throw new Response(null, { status: 404 })
  return redirect(`/admin/alerts/${id}?done=removed`)
}

export default function WebhookRemove() {
  return <RemoveWebhookPage {...useLoaderData<typeof loader>()} />
}
