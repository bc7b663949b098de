import type { Ctx } from '#app/context.ts'
import { findWebhook } from '#app/services/alerts/list-alerts.ts'
import type { WebhookView } from '#app/services/alerts/view-webhook.ts'

/** The webhook in the address, or a 404. */
export async function needWebhook(ctx: Ctx, id: string | undefined): Promise<WebhookView> {
  const webhook = await findWebhook(ctx, id ?? '')
  if (webhook === null) throw new Response(null, { status: 404 })
  return webhook
}

/** A webhook that can still be changed, or a 404. */
export async function needKeptWebhook(ctx: Ctx, id: string | undefined): Promise<WebhookView> {
  const webhook = await needWebhook(ctx, id)
  if (webhook.state === 'removed') throw new Response(null, { status: 404 })
  return webhook
}
