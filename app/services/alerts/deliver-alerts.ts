import {
  claimDeliveries,
  releaseDelivery,
  selectWebhooksDue,
  updateDelivery,
  type ClaimedRow,
} from '#db/queries/alerts/deliveries.ts'
import type { Ctx } from '#app/context.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '#app/values/duration.ts'
import { disableWebhook } from './change-webhook.ts'
import { postWebhook, REACH, type PostResult, type Reach } from './post-webhook.ts'
import { openWebhookSecret, signWebhook } from './webhook-secret.ts'

/** Deliveries of one webhook at the same time. */
const PARALLEL_MAX = 5
/** A webhook that answers quickly is served for this long before its next turn. */
const STRETCH_MS = 5 * SECOND_MS
/** Longer than any attempt takes: a process that holds a lease for this long has died. */
const LEASE_MS = MINUTE_MS

const PAUSES_MS = [
  5 * SECOND_MS,
  30 * SECOND_MS,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  2 * HOUR_MS,
  3 * HOUR_MS,
]
/** The portal tries an alert for this long; the last attempt is at the end. */
export const TRIED_MS_MAX = 24 * HOUR_MS

/**
 * Sends the deliveries that are due. Each webhook has a queue of its own, so that a receiver that
 * hangs delays no other. Several processes share the work; one process claims each delivery.
 */
export async function deliverAlerts(
  ctx: Ctx,
  stopping: AbortSignal,
  reach: Reach = REACH,
): Promise<void> {
  const due = await selectWebhooksDue(ctx.db.run)
  await Promise.all(due.map((webhook) => serve(ctx, webhook, stopping, reach)))
}

async function serve(
  ctx: Ctx,
  webhook: string,
  stopping: AbortSignal,
  reach: Reach,
): Promise<void> {
  const endsAt = ctx.now() + STRETCH_MS
  do {
    const order = { webhook, limit: PARALLEL_MAX, leaseMs: LEASE_MS }
    const claimed = await claimDeliveries(ctx.db.run, order)
    if (claimed.length === 0) return
    await Promise.all(claimed.map((one) => attempt(ctx, one, stopping, reach)))
  } while (ctx.now() < endsAt && !stopping.aborted)
}

async function attempt(
  ctx: Ctx,
  delivery: ClaimedRow,
  stopping: AbortSignal,
  reach: Reach,
): Promise<void> {
  const result = await post(ctx, delivery, stopping, reach)
  const isDelivered = result.kind === 'answered' && result.status >= 200 && result.status < 300
  // The portal hung up, not the receiver: another process, or the next start, sends it at once.
  if (stopping.aborted && !isDelivered) return releaseDelivery(ctx.db.run, delivery)
  const isGone = result.kind === 'answered' && result.status === 410
  const retryMs = pauseAfter(ctx, delivery)
  await updateDelivery(ctx.db.run, delivery, {
    state: isDelivered ? 'delivered' : isGone || retryMs === null ? 'failed' : 'pending',
    retryMs: retryMs ?? 0,
    lastStatus: result.kind === 'answered' ? result.status : null,
    lastError: result.kind === 'failed' ? result.error : null,
  })
  if (isGone) await disableWebhook(ctx, BY_ITSELF, delivery.webhook)
}

/** 410 Gone is how a receiver says that it wants no more. */
const BY_ITSELF = { actor: 'portal', address: null, requestId: null }

function post(
  ctx: Ctx,
  delivery: ClaimedRow,
  stopping: AbortSignal,
  reach: Reach,
): Promise<PostResult> {
  const secret = openWebhookSecret(ctx, delivery.webhook, delivery.secret)
  if (secret === null) {
    return Promise.resolve({
      kind: 'failed',
      error: 'Its secret can’t be opened, because SESSION_SECRET was changed: make a new one.',
    })
  }
  const body = writeBody(delivery)
  const headers = {
    'user-agent': 'Counterfoil-Webhooks/1',
    // Each attempt is signed anew: a receiver refuses a time that is minutes old.
    ...signWebhook(secret, delivery.alert, new Date(ctx.now()), body),
  }
  return postWebhook(ctx, { url: delivery.url, headers, body }, reach, stopping)
}

const writeBody = ({ type, at, data }: ClaimedRow): string =>
  JSON.stringify({ type, timestamp: new Date(at).toISOString(), data })

/**
 * The pause grows with each attempt. Chance makes it up to a fifth longer or shorter, so that a
 * receiver which comes back doesn't get everything at once. Null after a day of attempts.
 */
export function pauseAfter(
  ctx: Pick<Ctx, 'random'>,
  { attempts, ageMs }: Pick<ClaimedRow, 'attempts' | 'ageMs'>,
): number | null {
  const left = TRIED_MS_MAX - ageMs
  if (left <= 0) return null
  const pause = PAUSES_MS[Math.min(attempts, PAUSES_MS.length) - 1]!
  const chance = 0.8 + (0.4 * ctx.random(1)[0]!) / 255
  return Math.min(pause * chance, left)
}
