import { insertAlerts } from '#db/queries/alerts/alerts.ts'
import { insertDeliveries, selectDelivery } from '#db/queries/alerts/deliveries.ts'
import { lockWebhook } from '#db/queries/alerts/webhooks.ts'
import type { Ctx } from '#app/context.ts'
import { done, refused, type Outcome } from '../outcome.ts'
import { alertRow, newDelivery } from './raise-alert.ts'
import { recordChange, type Actor, type Change, type Tx } from '../audit/record-change.ts'
import { auditUrl, isWebhookId } from './view-webhook.ts'

export type SendRefusal = 'not_found' | 'webhook_disabled'
interface Delivery {
  webhook: string
  delivery: string
}
type Sent = Outcome<Delivery, SendRefusal>

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Sends the same alert under its own id, by which the receiver recognises a repeat. */
export function sendAgain(ctx: Ctx, by: Actor, deliveryId: string): Promise<Sent> {
  if (!UUID.test(deliveryId)) return Promise.resolve(refused('not_found'))
  return recordChange<Delivery, SendRefusal>(ctx, by, async (tx, now) => {
    const delivery = await selectDelivery(tx, deliveryId)
    if (delivery === null) return { result: refused('not_found') }
    const { webhook, alert } = delivery
    return send(ctx, tx, 'webhook.resend', webhook, await now(), () => Promise.resolve(alert))
  })
}

/** Sends an alert to this webhook alone, so that an admin sees whether it arrives. */
export function sendTest(ctx: Ctx, by: Actor, webhook: string): Promise<Sent> {
  if (!isWebhookId(webhook)) return Promise.resolve(refused('not_found'))
  return recordChange<Delivery, SendRefusal>(ctx, by, async (tx, clock) => {
    const now = await clock()
    return send(ctx, tx, 'webhook.test', webhook, now, async () => {
      const test = {
        type: 'webhook.test',
        subject: webhook,
        data: { webhook },
        occasion: '',
      } as const
      const row = alertRow(ctx, test, now)
      await insertAlerts(tx, [{ ...row, occasion: `test/${row.id}` }])
      return row.id
    })
  })
}

async function send(
  ctx: Ctx,
  tx: Tx,
  action: 'webhook.test' | 'webhook.resend',
  webhook: string,
  now: Date,
  alertFor: () => Promise<string>,
): Promise<{ result: Sent; change?: Change }> {
  // Locked: an admin could turn the webhook off between this look and the delivery.
  const row = await lockWebhook(tx, webhook)
  if (row === null || row.secret.length === 0) return { result: refused('not_found') }
  if (row.disabledAt !== null) return { result: refused('webhook_disabled') }
  const alert = await alertFor()
  const delivery = newDelivery(ctx, { alert, webhook }, now)
  await insertDeliveries(tx, [delivery])
  return {
    result: done({ webhook, delivery: delivery.id }),
    // The webhook itself is unchanged: the audit keeps what was sent to it.
    change: {
      action,
      subject: webhook,
      before: null,
      after: { url: auditUrl(row), alert, delivery: delivery.id },
    },
  }
}
