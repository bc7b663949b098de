import type { ApiKeyScope } from '#app/services/api-keys/scopes.ts'

/** Each scope's act, as the form for an API key names it. */
export const SCOPE_WORDS: Record<ApiKeyScope, string> = {
  post: 'Post receipts',
  gateway: 'Call models through the gateway, and post receipts',
  relay: 'Open streams of the relay',
}
