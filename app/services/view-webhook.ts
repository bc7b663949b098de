import type { WebhookRow } from '#db/queries/webhooks.ts'

/** A webhook as its admin sees it: nothing of its secret. */
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

/** For the audit, which is kept for ever: what stands in a query is often a secret. */
export const auditUrl = ({ url }: WebhookRow): string => url.replace(/\?.*$/s, '?…')
export const auditWebhook = (row: WebhookRow): object => ({
  ...viewWebhook(row),
  url: auditUrl(row),
})

const WEBHOOK_ID = /^whk_[0-9A-Za-z]{16}$/
export const isWebhookId = (text: string): boolean => WEBHOOK_ID.test(text)
