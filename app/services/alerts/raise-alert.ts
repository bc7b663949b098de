import { insertAlerts, type AlertRow, type CapReachedRow } from '#db/queries/alerts/alerts.ts'
import { selectNow } from '#db/queries/clock.ts'
import { insertDeliveries } from '#db/queries/alerts/deliveries.ts'
import { lockEnabledWebhooks } from '#db/queries/alerts/webhooks.ts'
import type { Ctx } from '#app/context.ts'
import { randomBase62 } from '../random-base62.ts'
import { randomUuid, type Tx } from '../audit/record-change.ts'

/** Permanent: receivers branch on it. */
export type AlertType =
  | 'api_key.cap_near'
  | 'api_key.cap_reached'
  | 'signing_key.revoked'
  | 'signing_key.verification_failed'
  | 'webhook.test'

export interface NewAlert {
  type: AlertType
  /** What it is about: an API key, a signing key, a webhook. */
  subject: string
  /** What the receiver is told; never a secret. */
  data: object
  /** The same occasion is told once, by whichever process sees it first. */
  occasion: string
}

export const capAlert = ({ occasion, share, ...data }: CapReachedRow): NewAlert => ({
  type: share === 100 ? 'api_key.cap_reached' : 'api_key.cap_near',
  subject: data.apiKey,
  data: { ...data, share },
  occasion,
})

export interface RevokedKey {
  kid: string
  reason: string | null
  revokedAt: string | null
  compromisedSince: string | null
}

export const revocationAlert = (issuer: string, key: RevokedKey): NewAlert => ({
  type: 'signing_key.revoked',
  subject: key.kid,
  data: {
    issuer,
    kid: key.kid,
    reason: key.reason,
    revokedAt: key.revokedAt,
    compromisedSince: key.compromisedSince,
  },
  occasion: `revoked/${key.kid}`,
})

/** One key's failures within one hour. */
export interface FailedVerifications {
  issuer: string
  kid: string
  /** When the hour began. */
  hour: string
  /** Posts under this key that were refused, because the signature is not by it. */
  refusedPosts: number
  /** Receipts stored here that no longer verify, ten at most. */
  storedReceipts: string[]
}

export const failureOccasion = (kid: string, hour: string): string => `failed/${kid}/${hour}`

export const failureAlert = (data: FailedVerifications): NewAlert => ({
  type: 'signing_key.verification_failed',
  subject: data.kid,
  data,
  occasion: failureOccasion(data.kid, data.hour),
})

/**
 * Writes what is new, with a delivery to every enabled webhook, into the caller's transaction: with
 * what happened, or not at all. What was told before is left out. Gives the number of new ones.
 */
export async function raiseAlerts(ctx: Ctx, tx: Tx, raised: NewAlert[]): Promise<number> {
  if (raised.length === 0) return 0
  const createdAt = await selectNow(tx)
  // In one order, so that two processes which see the same things never wait for each other.
  const rows = raised
    .toSorted((a, b) => (a.occasion < b.occasion ? -1 : 1))
    .map((alert) => alertRow(ctx, alert, createdAt))
  const fresh = await insertAlerts(tx, rows)
  if (fresh.length === 0) return 0
  const webhooks = await lockEnabledWebhooks(tx)
  await insertDeliveries(
    tx,
    fresh.flatMap((alert) =>
      webhooks.map((webhook) => newDelivery(ctx, { alert, webhook }, createdAt)),
    ),
  )
  return fresh.length
}

export const alertRow = (ctx: Ctx, alert: NewAlert, createdAt: Date): AlertRow => ({
  ...alert,
  id: `msg_${randomBase62(ctx, 24)}`,
  createdAt,
})

/** On its way from now on. */
export const newDelivery = (
  ctx: Ctx,
  { alert, webhook }: { alert: string; webhook: string },
  now: Date,
) => ({
  id: randomUuid(ctx),
  alert,
  webhook,
  state: 'pending' as const,
  attempts: 0,
  createdAt: now,
  nextAttemptAt: now,
  deliveredAt: null,
  lastStatus: null,
  lastError: null,
})
