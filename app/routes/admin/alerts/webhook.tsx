import {
  redirect,
  type ActionFunctionArgs,
  type LoaderFunctionArgs,
  type MetaFunction,
} from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { disableWebhook, enableWebhook } from '#app/services/alerts/change-webhook.ts'
import { listDeliveries } from '#app/services/alerts/list-alerts.ts'
import { sendTest } from '#app/services/alerts/send-by-hand.ts'
import { WebhookPage } from '#app/ui/console/alerts/webhook-page.tsx'
import { en } from '#app/ui/words/en.ts'
import { needWebhook } from './find-webhook.ts'
import { requireAct, requireAdmin } from '../guard.ts'

const LIMIT = 20

export const meta: MetaFunction = () => [{ title: en.pageTitle('Webhook') }]

export async function loader(args: LoaderFunctionArgs) {
  const { ctx } = await requireAdmin(args, 'viewer')
  const webhook = await needWebhook(ctx, args.params.id)
  const { searchParams } = new URL(args.request.url)
  const after = searchParams.get('deliveries')
  const deliveries = await listDeliveries(ctx, { webhook: webhook.id, after, limit: LIMIT })
  return { webhook, deliveries, done: searchParams.get('done') }
}

export async function action(args: ActionFunctionArgs) {
  const { ctx, by, form } = await requireAct(args, 'alerts/:id')
  const id = args.params.id ?? ''
  const [outcome, done] = await act()
  if (!outcome.ok) throw new Response(null, { status: outcome.code === 'not_found' ? 404 : 409 })
  return redirect(`/admin/alerts/${id}?done=${done}`)

  async function act() {
    switch (form.get('act')) {
      case 'test':
        return [await sendTest(ctx, by, id), 'sent'] as const
      case 'enable':
        return [await enableWebhook(ctx, by, id), 'enabled'] as const
      case 'disable':
        return [await disableWebhook(ctx, by, id), 'disabled'] as const
      default:
        throw new Response(null, { status: 400 })
    }
  }
}

export default function Webhook() {
  return <WebhookPage {...useLoaderData<typeof loader>()} />
}
