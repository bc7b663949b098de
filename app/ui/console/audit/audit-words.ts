import { lookUp } from '../parts/look-up.ts'

/** Each action of the audit in words. */
export const ACTION_WORDS = {
  'issuer.create': 'Issuer created',
  'issuer.update': 'Issuer changed',
  'signing_key.publish': 'Signing key published',
  'signing_key.retire': 'Signing key retired',
  'signing_key.revoke': 'Signing key revoked',
  'api_key.create': 'API key created',
  'api_key.update': 'API key changed',
  'api_key.rotate': 'API key rotated',
  'api_key.revoke': 'API key revoked',
  'receipt.revoke': 'Receipt revoked',
  'content.erase': 'Content erased',
  'admin.join': 'Admin joined',
  'admin.invite': 'Admin invited',
  'admin.update': 'Admin changed',
  'admin.remove': 'Admin removed',
  'admin.recover': 'Admin recovered',
  'webhook.create': 'Webhook created',
  'webhook.update': 'Webhook changed',
  'webhook.remove': 'Webhook removed',
  'webhook.test': 'Test sent to a webhook',
  'webhook.resend': 'Alert sent again',
  'access.signed_in': 'Signed in',
  'access.sign_in_failed': 'Sign-in failed',
  'access.role_refused': 'Role too low',
  'access.form_refused': 'Form refused',
  'access.token_refused': 'Admin token refused',
  'access.left_out': 'Refusals left out',
}

/** The action within a sentence, after the actor: "Mara" + "revoked receipt" + the subject. */
const ACTS: Record<keyof typeof ACTION_WORDS, string> = {
  'issuer.create': 'created issuer',
  'issuer.update': 'changed issuer',
  'signing_key.publish': 'published signing key',
  'signing_key.retire': 'retired signing key',
  'signing_key.revoke': 'revoked signing key',
  'api_key.create': 'created API key',
  'api_key.update': 'changed API key',
  'api_key.rotate': 'rotated API key',
  'api_key.revoke': 'revoked API key',
  'receipt.revoke': 'revoked receipt',
  'content.erase': 'erased the content of receipt',
  'admin.join': 'joined as',
  'admin.invite': 'invited somebody,',
  'admin.update': 'changed the account of',
  'admin.remove': 'removed',
  'admin.recover': 'let back in',
  'webhook.create': 'added webhook',
  'webhook.update': 'changed webhook',
  'webhook.remove': 'removed webhook',
  'webhook.test': 'sent a test to webhook',
  'webhook.resend': 'sent an alert again to webhook',
  'access.signed_in': 'signed in as',
  'access.sign_in_failed': 'failed to sign in as',
  'access.role_refused': 'has too low a role for',
  'access.form_refused': 'sent a form that was refused, to',
  'access.token_refused': 'came with a wrong admin token to',
  'access.left_out': 'left out of this list',
}

interface Said {
  actor: string
  action: string
  subject: string
  before?: unknown
  after?: unknown
}

const ACTORS: Record<string, string> = {
  'admin-token': 'The admin token',
  portal: 'The portal',
  'first-start': 'The first start',
  stranger: 'Somebody',
}

export const actorWord = (actor: string): string => lookUp(ACTORS, actor) ?? actor

export function actWords({ action, subject, after }: Said): string {
  if (action === 'admin.invite' && after === null) return 'withdrew the invitation of'
  if (action === 'admin.join') return `joined as ${roleIn(after)}`
  if (action === 'access.sign_in_failed' && subject === 'unknown name')
    return 'failed to sign in with an'
  return lookUp(ACTS, action) ?? `did “${action}” to`
}

/** An entry may hold any JSON, so only a known role is shown. */
function roleIn(state: unknown): string {
  const role = typeof state === 'object' && state !== null && 'role' in state ? state.role : null
  return role === 'owner' || role === 'admin' || role === 'viewer' ? role : 'admin'
}

/** The subject's name, or a webhook's host. Null for a subject with nothing but an id. */
export function nameOf({ action, before, after }: Said): string | null {
  const members = { ...asMembers(before), ...asMembers(after) }
  const name = action.startsWith('webhook.') ? members.url : members.name
  if (typeof name !== 'string' || name === '') return null
  return action.startsWith('webhook.') && URL.canParse(name) ? new URL(name).host : name
}

const asMembers = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}

/** The subject's page, or null. */
export function placeOf({ action, subject, before, after }: Said): string | null {
  const to = (place: string, id: string) => `/admin/${place}/${encodeURIComponent(id)}`
  const [noun] = action.split('.')
  if (noun === 'receipt' || noun === 'content') return to('receipts', subject)
  if (noun === 'api_key') return to('api-keys', subject)
  if (noun === 'issuer') return to('issuers', subject)
  if (noun === 'webhook') return to('alerts', subject)
  const { issuer } = { ...asMembers(before), ...asMembers(after) }
  return noun === 'signing_key' && typeof issuer === 'string' ? to('issuers', issuer) : null
}
