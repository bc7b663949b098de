import { insertAlerts, type AlertRow, type CapReachedRow } from '#db/queries/alerts/alerts.ts'
import { selectNow } from '#db/queries/clock.ts'
import { insertDeliveries } from '#db/queries/alerts/deliveries.ts'
import { lockEnabledWebhooks } from '#db/queries/alerts/webhooks.ts'
import type { Ctx } from '#app/context.ts'
import { randomBase62 } from '../random-base62.ts'
import { randomUuid, type Tx } from '../audit/record-change.ts'

/** A published type never changes: receivers branch on it. */
export type AlertType =
  | 'api_key.cap_near'
  | 'api_key.cap_reached'
  | 'signing_key.revoked'
  | 'signing_key.verification_failed'
  | 'webhook.test'

export interface NewAlert {
  type: AlertType
  /** The API key, signing key or webhook that the alert is about. */
  subject: string
  /** Goes to the receiver; never holds a secret. */
  data: object
  /** Unique: the first process that sees an occasion raises its alert, and no other does. */
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

/** One signing key's failures within one hour. */
export interface FailedVerifications {
  issuer: string
  kid: string
  /** The beginning of the hour. */
  hour: string
  /** Posts that name this key and were refused, because the signature is not by it. */
  refusedPosts: number
  /** Stored receipts that no longer verify, ten at most. */
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
 * Writes new alerts, with a delivery to every enabled webhook, into the caller's transaction, so
 * that an alert is kept together with its cause or not at all. Alerts of an occasion that was told
 * before are left out. Gives the number of new alerts.
 */
export async function raiseAlerts(ctx: Ctx, tx: Tx, raised: NewAlert[]): Promise<number> {
  if (raised.length === 0) return 0
  const createdAt = await selectNow(tx)
  // Sorted: two processes that insert the same occasions in different orders could deadlock.
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

/** A delivery that is due at once. */
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
