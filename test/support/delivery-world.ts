import { afterEach, beforeEach } from 'vitest'
import type { Ctx } from '#app/context.ts'
import { removeWebhook } from '#app/services/alerts/change-webhook.ts'
import { createWebhook } from '#app/services/alerts/create-webhook.ts'
import { deliverAlerts } from '#app/services/alerts/deliver-alerts.ts'
import { listDeliveries, listWebhooks } from '#app/services/alerts/list-alerts.ts'
import { REACH } from '#app/services/alerts/post-webhook.ts'
import { sendTest } from '#app/services/alerts/send-by-hand.ts'
import type { Portal } from './portal.ts'
import { given, portalOn, portalTest } from './portal-test.ts'
import { openReceiver, type Receiver } from './receiver.ts'

export const BY = { actor: 'test', address: null, requestId: null }
export const never = new AbortController().signal

/** A portal outside production may call a receiver on this machine; any other may not. */
const onThisMachine = ({ ctx }: Portal): Ctx => ({
  ...ctx,
  config: { ...ctx.config, publicUrl: 'http://localhost:3000' },
})

/** A portal, a second one on its database, and for each test a new receiver and no webhooks. */
export function deliveryTest() {
  const { portal, db } = portalTest()
  const second = portalOn(db)
  const ctx = given(() => onThisMachine(portal))
  const other = given(() => onThisMachine(second))
  const world = { receiver: undefined as unknown as Receiver }

  beforeEach(async () => {
    world.receiver = await openReceiver()
  })
  afterEach(async () => {
    await world.receiver.close()
    for (const { id } of await listWebhooks(ctx)) await removeWebhook(ctx, BY, id)
  })

  return {
    portal,
    db,
    second,
    ctx,
    other,
    world,
    addWebhook: async (url = world.receiver.url) => {
      const made = await createWebhook(ctx, BY, { url })
      if (!made.ok) throw new Error(`${made.code} ${made.detail ?? ''}`)
      return made.value
    },
    deliver: (reach = REACH) => deliverAlerts(ctx, never, reach),
    deliveriesOf: async (webhook: string) =>
      (await listDeliveries(ctx, { webhook, after: null, limit: 100 })).items,
    /** Makes the next attempt due. */
    wait: async () => {
      // The column keeps milliseconds and rounds: now() could be a little ahead of the next now().
      await db.sql`update deliveries set next_attempt_at = now() - interval '1 second'
        where state = 'pending'`
    },
    sendOne: async (webhook: string) => {
      const sent = await sendTest(ctx, BY, webhook)
      if (!sent.ok) throw new Error(sent.code)
    },
  }
}
