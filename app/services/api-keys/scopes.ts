import type { ApiKeyRecord } from '#db/queries/api-keys/api-key-records.ts'

export type ApiKeyScope = ApiKeyRecord['scopes'][number]

/** What an API key may be used for, in the order in which every list of scopes is written. */
export const API_KEY_SCOPES = ['post', 'gateway', 'relay'] as const satisfies readonly ApiKeyScope[]

/** What an API key may do when its maker names no scope. */
export const SCOPES_BY_DEFAULT: readonly ApiKeyScope[] = ['post']

/** Any of these lets an API key post receipts. */
export const SCOPES_TO_POST: readonly ApiKeyScope[] = ['post', 'gateway']
