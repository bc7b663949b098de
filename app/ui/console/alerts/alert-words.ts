import { lookUp } from '../parts/look-up.ts'

/** Each type of alert in a few words. */
const ALERT_TITLES: Record<string, string> = {
  'api_key.cap_near': '80 % of a cap used',
  'api_key.cap_reached': 'Cap reached',
  'signing_key.revoked': 'Signing key revoked',
  'signing_key.verification_failed': 'Receipts failed verification',
  'webhook.test': 'Test',
}

export const alertTitle = (type: string): string => lookUp(ALERT_TITLES, type) ?? type

/** An alert's subject and figures in a line. */
export function alertLine(type: string, data: unknown): string {
  const facts = (typeof data === 'object' && data !== null ? data : {}) as Record<string, unknown>
  const say = (name: string): string => {
    const value = facts[name]
    return typeof value === 'number'
      ? value.toLocaleString('en-US')
      : typeof value === 'string'
        ? value
        : ''
  }
  switch (type) {
    case 'api_key.cap_near':
    case 'api_key.cap_reached':
      return `“${say('name')}” of ${say('issuer')}: ${say('used')} of ${say('cap')} receipts this month`
    case 'signing_key.revoked':
      return `A key of ${say('issuer')}: ${say('reason')}`
    case 'signing_key.verification_failed':
      return `A key of ${say('issuer')}: ${failures(facts)}`
    default:
      return 'Sent by hand, to see whether it arrives'
  }
}

function failures({ refusedPosts, storedReceipts }: Record<string, unknown>): string {
  const refused = typeof refusedPosts === 'number' ? refusedPosts : 0
  const stored = Array.isArray(storedReceipts) ? storedReceipts.length : 0
  return [
    ...(refused > 0 ? [`${refused} ${refused === 1 ? 'post' : 'posts'} refused`] : []),
    ...(stored > 0
      ? [
          `${stored} stored ${stored === 1 ? 'receipt is' : 'receipts are'} no longer what was signed`,
        ]
      : []),
  ].join(', ')
}

/** The page of the alert's subject. */
export function alertHref(type: string, subject: string, data: unknown): string | null {
  if (type.startsWith('api_key.')) return `/admin/api-keys/${encodeURIComponent(subject)}`
  const issuer = (data as { issuer?: unknown } | null)?.issuer
  return type.startsWith('signing_key.') && typeof issuer === 'string'
    ? `/admin/issuers/${encodeURIComponent(issuer)}`
    : null
}

/** A webhook's host, short enough for a table; the webhook's page has the whole address. */
export const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : url)
