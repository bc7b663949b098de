import type { ApiKeyScope } from '#app/services/api-keys/scopes.ts'

/** What each scope lets an API key do. */
export const SCOPE_WORDS: Record<ApiKeyScope, string> = {
  post: 'Post receipts',
  gateway: 'Call models through the gateway, and post receipts',
  relay: 'Open streams of the relay',
}
