import { Buffer } from 'node:buffer'
import { Webhook } from 'standardwebhooks'
import type { Ctx } from '#app/context.ts'
import { sealSecret, unsealSecret } from '../seal-secret.ts'

const SECRET_BYTES = 32

/** The spelling of Standard Webhooks. */
const write = (bytes: Uint8Array): string => `whsec_${Buffer.from(bytes).toString('base64')}`

/** A new secret, as an admin sees it once and as the database keeps it. */
export function createWebhookSecret(ctx: Ctx, id: string): { secret: string; sealed: Uint8Array } {
  const bytes = ctx.random(SECRET_BYTES)
  return { secret: write(bytes), sealed: sealSecret(ctx, 'webhook', id, bytes) }
}

/** Null if SESSION_SECRET was changed since the secret was sealed. */
export function openWebhookSecret(ctx: Ctx, id: string, sealed: Uint8Array): string | null {
  const bytes = unsealSecret(ctx, 'webhook', id, sealed)
  return bytes === null ? null : write(bytes)
}

/** The headers that prove to a receiver that this portal sent the body, and when. */
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
