import {
  redirect,
  type ActionFunctionArgs,
  type LoaderFunctionArgs,
  type MetaFunction,
} from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { listAlerts, listDeliveries, listWebhooks } from '#app/services/alerts/list-alerts.ts'
import { sendAgain } from '#app/services/alerts/send-by-hand.ts'
import { AlertsPage } from '#app/ui/console/alerts/alerts-page.tsx'
import { en } from '#app/ui/words/en.ts'
import { requireAct, requireAdmin } from '../guard.ts'

const LIMIT = 20

export const meta: MetaFunction = () => [{ title: en.pageTitle('Alerts') }]

export async function loader(args: LoaderFunctionArgs) {
  const { ctx } = await requireAdmin(args, 'viewer')
  const { searchParams } = new URL(args.request.url)
  const [webhooks, alerts, deliveries] = await Promise.all([
    listWebhooks(ctx),
    listAlerts(ctx, { after: searchParams.get('alerts'), limit: LIMIT }),
    listDeliveries(ctx, { after: searchParams.get('deliveries'), limit: LIMIT }),
  ])
  return { webhooks, alerts, deliveries }
}

/** Sends a delivery again, and leads to its webhook's page, where the new one stands first. */
export async function action(args: ActionFunctionArgs) {
  const { ctx, by, form } = await requireAct(args, 'alerts')
  const delivery = form.get('delivery')
  const sent = await sendAgain(ctx, by, typeof delivery === 'string' ? delivery : '')
  if (!sent.ok) throw new Response(null, { status: sent.code === 'not_found' ? 404 : 409 })
  return redirect(`/admin/alerts/${sent.value.webhook}?done=sent`)
}

export default function Alerts() {
  return <AlertsPage {...useLoaderData<typeof loader>()} />
}
