import type { WebhookRow } from '#db/queries/alerts/webhooks.ts'
import { sha256 } from '#app/values/sha256.ts'

/** A webhook as an admin sees it, without its secret. */
export interface WebhookView {
  id: string
  url: string
  state: 'enabled' | 'disabled' | 'removed'
  createdAt: string
  disabledAt: string | null
}

export const viewWebhook = (row: WebhookRow): WebhookView => ({
  id: row.id,
  url: row.url,
  state: row.secret.length === 0 ? 'removed' : row.disabledAt === null ? 'enabled' : 'disabled',
  createdAt: row.createdAt.toISOString(),
  disabledAt: row.disabledAt?.toISOString() ?? null,
})

/**
 * The URL for the audit, which is kept for ever and which viewers read. The part after the host is
 * often a secret, because it lets anybody send there; the beginning of its hash is enough to tell
 * two URLs of one host apart.
 */
export function auditUrl({ url }: Pick<WebhookRow, 'url'>): string {
  const { origin } = new URL(url)
  if (url === `${origin}/`) return url
  return `${origin}/… (${sha256(url).toString('hex').slice(0, 8)})`
}

export const auditWebhook = (row: WebhookRow): object => ({
  ...viewWebhook(row),
  url: auditUrl(row),
})

const WEBHOOK_ID = /^whk_[0-9A-Za-z]{16}$/
export const isWebhookId = (text: string): boolean => WEBHOOK_ID.test(text)
