import { failPendingDeliveries } from '#db/queries/alerts/deliveries.ts'
import { lockWebhook, updateWebhook, type WebhookRow } from '#db/queries/alerts/webhooks.ts'
import type { Ctx } from '#app/context.ts'
import type { WebhookWithSecret } from './create-webhook.ts'
import { done, refused, type Outcome } from '../outcome.ts'
import { recordChange, type Actor, type Tx } from '../audit/record-change.ts'
import { auditWebhook, isWebhookId, viewWebhook, type WebhookView } from './view-webhook.ts'
import { findTarget, resolveByDns } from './webhook-address.ts'
import { createWebhookSecret } from './webhook-secret.ts'

export type ChangeWebhookRefusal = 'not_found'
type Changed = Outcome<WebhookView, ChangeWebhookRefusal>
type Values = Partial<Pick<WebhookRow, 'url' | 'secret' | 'disabledAt'>>

/** `decide` gives what is to be other than before; null where it is so already. */
function change(
  ctx: Ctx,
  by: Actor,
  id: string,
  decide: (before: WebhookRow, tx: Tx, now: () => Promise<Date>) => Promise<Values | null>,
  action: 'webhook.update' | 'webhook.remove' = 'webhook.update',
): Promise<Changed> {
  if (!isWebhookId(id)) return Promise.resolve(refused('not_found'))
  return recordChange<WebhookView, ChangeWebhookRefusal>(ctx, by, async (tx, now) => {
    const before = await lockWebhook(tx, id)
    if (before === null || before.secret.length === 0) return { result: refused('not_found') }
    const values = await decide(before, tx, now)
    if (values === null) return { result: done(viewWebhook(before)) }
    const after = await updateWebhook(tx, id, values)
    const isNewSecret = action === 'webhook.update' && values.secret !== undefined
    return {
      result: done(viewWebhook(after)),
      change: {
        action,
        subject: id,
        before: auditWebhook(before),
        // That there is a new secret, and nothing of it.
        after: { ...auditWebhook(after), ...(isNewSecret ? { secret: 'replaced' } : {}) },
      },
    }
  })
}

/** What is still on its way goes to the new address. */
export async function moveWebhook(
  ctx: Ctx,
  by: Actor,
  id: string,
  url: string,
  resolve = resolveByDns,
): Promise<Outcome<WebhookView, ChangeWebhookRefusal | 'invalid_request'>> {
  const target = await findTarget(ctx, url, resolve)
  if (!target.ok) return target
  const { href } = target.value.url
  return change(ctx, by, id, (before) =>
    Promise.resolve(before.url === href ? null : { url: href }),
  )
}

/** Alerts from now on; what was raised meanwhile stays unsent, and can be sent by hand. */
export const enableWebhook = (ctx: Ctx, by: Actor, id: string): Promise<Changed> =>
  change(ctx, by, id, (before) =>
    Promise.resolve(before.disabledAt === null ? null : { disabledAt: null }),
  )

/** How deliveries end that nobody gave up on: kept with them, and known by it. */
export const STOPPED = { off: 'The webhook was turned off.', removed: 'The webhook was removed.' }

/** Nothing is sent any more; what was on its way ends here. */
export const disableWebhook = (ctx: Ctx, by: Actor, id: string): Promise<Changed> =>
  change(ctx, by, id, async (before, tx, now) => {
    if (before.disabledAt !== null) return null
    await failPendingDeliveries(tx, id, STOPPED.off)
    return { disabledAt: await now() }
  })

/** Its secret is destroyed; the row stays, because the deliveries of the past name it. */
export const removeWebhook = (ctx: Ctx, by: Actor, id: string): Promise<Changed> =>
  change(
    ctx,
    by,
    id,
    async (before, tx, now) => {
      await failPendingDeliveries(tx, id, STOPPED.removed)
      return { secret: new Uint8Array(), disabledAt: before.disabledAt ?? (await now()) }
    },
    'webhook.remove',
  )

/** The next attempt is signed with the new secret; the old one is good for nothing any more. */
export async function replaceWebhookSecret(
  ctx: Ctx,
  by: Actor,
  id: string,
): Promise<Outcome<WebhookWithSecret, ChangeWebhookRefusal>> {
  let secret = ''
  const outcome = await change(ctx, by, id, () => {
    const created = createWebhookSecret(ctx, id)
    secret = created.secret
    return Promise.resolve({ secret: created.sealed })
  })
  return outcome.ok ? done({ ...outcome.value, secret }) : outcome
}
