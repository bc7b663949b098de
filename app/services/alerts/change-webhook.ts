import { failPendingDeliveries } from '#db/queries/alerts/deliveries.ts'
import {
  lockWebhook,
  selectWebhook,
  updateWebhook,
  type WebhookRow,
} from '#db/queries/alerts/webhooks.ts'
import type { Ctx } from '#app/context.ts'
import type { WebhookWithSecret } from './create-webhook.ts'
import { done, refused, type Outcome } from '../outcome.ts'
import { recordChange, type Actor, type Tx } from '../audit/record-change.ts'
import { markOf, type SeenRefusal } from '../audit/seen-mark.ts'
import { auditWebhook, isWebhookId, viewWebhook, type WebhookView } from './view-webhook.ts'
import { findTarget, resolveByDns } from './webhook-address.ts'
import { createWebhookSecret } from './webhook-secret.ts'

export type ChangeWebhookRefusal = 'not_found'
type Changed = Outcome<WebhookView, ChangeWebhookRefusal>
type Values = Partial<Pick<WebhookRow, 'url' | 'secret' | 'disabledAt'>>

/** `decide` gives the values to change; null where the webhook has them already. */
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
    return {
      result: done(viewWebhook(after)),
      change: {
        action,
        subject: id,
        before: auditWebhook(before),
        after: auditWebhook(after),
      },
    }
  })
}

/** Pending deliveries go to the new address. */
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

/** The webhook gets new alerts; an admin can send by hand those raised while it was off. */
export const enableWebhook = (ctx: Ctx, by: Actor, id: string): Promise<Changed> =>
  change(ctx, by, id, (before) =>
    Promise.resolve(before.disabledAt === null ? null : { disabledAt: null }),
  )

/** The last error of a delivery that an admin ended: list-alerts.ts recognises it by this text. */
export const STOPPED = { off: 'The webhook was turned off.', removed: 'The webhook was removed.' }

/** The portal sends nothing any more; pending deliveries end here. */
export const disableWebhook = (ctx: Ctx, by: Actor, id: string): Promise<Changed> =>
  change(ctx, by, id, async (before, tx, now) => {
    if (before.disabledAt !== null) return null
    await failPendingDeliveries(tx, id, STOPPED.off)
    return { disabledAt: await now() }
  })

/** The secret is destroyed; the row stays, because past deliveries refer to it. */
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

/** The mark of the webhook's present secret, for the form that replaces it. */
export async function markWebhook(ctx: Ctx, id: string): Promise<string> {
  const row = isWebhookId(id) ? await selectWebhook(ctx.db, id) : null
  return markOf(ctx, row?.secret ?? null)
}

/**
 * The portal signs the next attempt with the new secret and never again with the old one. `seen` is
 * the mark of the secret that the form's reader saw.
 */
export function replaceWebhookSecret(
  ctx: Ctx,
  by: Actor,
  id: string,
  seen?: string,
): Promise<Outcome<WebhookWithSecret, ChangeWebhookRefusal | SeenRefusal>> {
  type Refusal = ChangeWebhookRefusal | SeenRefusal
  if (!isWebhookId(id)) return Promise.resolve(refused('not_found'))
  return recordChange<WebhookWithSecret, Refusal>(ctx, by, async (tx) => {
    const before = await lockWebhook(tx, id)
    if (before === null || before.secret.length === 0) return { result: refused('not_found') }
    if (seen !== undefined && seen !== markOf(ctx, before.secret))
      return { result: refused('changed_meanwhile') }
    const { secret, sealed } = createWebhookSecret(ctx, id)
    const after = await updateWebhook(tx, id, { secret: sealed })
    return {
      result: done({ ...viewWebhook(after), secret }),
      change: {
        action: 'webhook.update',
        subject: id,
        before: auditWebhook(before),
        // The audit says that there is a new secret, and nothing about it.
        after: { ...auditWebhook(after), secret: 'replaced' },
      },
    }
  })
}
