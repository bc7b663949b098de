import { insertWebhook, selectWebhooks } from '#db/queries/alerts/webhooks.ts'
import type { Ctx } from '#app/context.ts'
import { randomBase62 } from '../random-base62.ts'
import { done, refused, type Outcome } from '../outcome.ts'
import { recordChange, type Actor } from '../audit/record-change.ts'
import { auditWebhook, viewWebhook, type WebhookView } from './view-webhook.ts'
import { findTarget, resolveByDns } from './webhook-address.ts'
import { createWebhookSecret } from './webhook-secret.ts'

/** The portal sends each alert to every webhook. */
export const WEBHOOKS_MAX = 20

export type WebhookWithSecret = WebhookView & { secret: string }
export type CreateWebhookRefusal = 'invalid_request' | 'too_many'

/** This answer alone holds the secret. */
export async function createWebhook(
  ctx: Ctx,
  by: Actor,
  { url }: { url: string },
  resolve = resolveByDns,
): Promise<Outcome<WebhookWithSecret, CreateWebhookRefusal>> {
  const target = await findTarget(ctx, url, resolve)
  if (!target.ok) return target
  return recordChange<WebhookWithSecret, CreateWebhookRefusal>(ctx, by, async (tx, now) => {
    if ((await selectWebhooks({ orm: tx })).length >= WEBHOOKS_MAX)
      return { result: refused('too_many') }
    const id = `whk_${randomBase62(ctx, 16)}`
    const { secret, sealed } = createWebhookSecret(ctx, id)
    const row = {
      id,
      url: target.value.url.href,
      secret: sealed,
      createdAt: await now(),
      disabledAt: null,
    }
    await insertWebhook(tx, row)
    return {
      result: done({ ...viewWebhook(row), secret }),
      change: {
        action: 'webhook.create',
        subject: row.id,
        before: null,
        after: auditWebhook(row),
      },
    }
  })
}
