import { insertAlerts } from '#db/queries/alerts.ts'
import { selectNow } from '#db/queries/clock.ts'
import { insertDeliveries, selectDelivery } from '#db/queries/deliveries.ts'
import { lockWebhook } from '#db/queries/webhooks.ts'
import type { Ctx } from '../context.server.ts'
import { done, refused, type Outcome } from './outcome.ts'
import { alertRow, newDelivery } from './raise-alert.ts'
import type { Tx } from './record-change.ts'
import { isWebhookId } from './view-webhook.ts'

export type SendRefusal = 'not_found' | 'webhook_disabled'
type Sent = Outcome<{ webhook: string; delivery: string }, SendRefusal>

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** The same alert once more, under its own id: who has it already knows it again. */
export function sendAgain(ctx: Ctx, deliveryId: string): Promise<Sent> {
  if (!UUID.test(deliveryId)) return Promise.resolve(refused('not_found'))
  return ctx.db.transaction(async (tx) => {
    const delivery = await selectDelivery(tx, deliveryId)
    if (delivery === null) return refused('not_found')
    return send(ctx, tx, delivery.webhook, () => Promise.resolve(delivery.alert))
  })
}

/** An alert for this webhook alone, to see whether it arrives. */
export function sendTest(ctx: Ctx, webhook: string): Promise<Sent> {
  if (!isWebhookId(webhook)) return Promise.resolve(refused('not_found'))
  return ctx.db.transaction((tx) =>
    send(ctx, tx, webhook, async (now) => {
      const test = {
        type: 'webhook.test',
        subject: webhook,
        data: { webhook },
        occasion: '',
      } as const
      const row = alertRow(ctx, test, now)
      await insertAlerts(tx, [{ ...row, occasion: `test/${row.id}` }])
      return row.id
    }),
  )
}

async function send(
  ctx: Ctx,
  tx: Tx,
  webhook: string,
  alertFor: (now: Date) => Promise<string>,
): Promise<Sent> {
  // Locked: it could be turned off between this look and the delivery.
  const row = await lockWebhook(tx, webhook)
  if (row === null || row.secret.length === 0) return refused('not_found')
  if (row.disabledAt !== null) return refused('webhook_disabled')
  const now = await selectNow(tx)
  const delivery = newDelivery(ctx, { alert: await alertFor(now), webhook }, now)
  await insertDeliveries(tx, [delivery])
  return done({ webhook, delivery: delivery.id })
}
