import { Buffer } from 'node:buffer'
import { Webhook } from 'standardwebhooks'
import type { Ctx } from '#app/context.ts'
import { sealSecret, unsealSecret } from '../seal-secret.ts'

const SECRET_BYTES = 32

/** As Standard Webhooks writes it. */
const write = (bytes: Uint8Array): string => `whsec_${Buffer.from(bytes).toString('base64')}`

/** A new secret: what its receiver is shown, once, and what is kept. */
export function createWebhookSecret(ctx: Ctx, id: string): { secret: string; sealed: Uint8Array } {
  const bytes = ctx.random(SECRET_BYTES)
  return { secret: write(bytes), sealed: sealSecret(ctx, 'webhook', id, bytes) }
}

/** Null where it can't be opened any more: SESSION_SECRET was changed. */
export function openWebhookSecret(ctx: Ctx, id: string, sealed: Uint8Array): string | null {
  const bytes = unsealSecret(ctx, 'webhook', id, sealed)
  return bytes === null ? null : write(bytes)
}

/** The headers by which a receiver knows that it was this portal, and when. */
export const signWebhook = (
  secret: string,
  id: string,
  at: Date,
  body: string,
): Record<string, string> => ({
  'webhook-id': id,
  'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
  'webhook-signature': new Webhook(secret).sign(id, at, body),
})
