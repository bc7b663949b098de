import type { ApiKeyRecord } from '#db/queries/api-keys/api-key-records.ts'

export type ApiKeyScope = ApiKeyRecord['scopes'][number]

/** The scopes of API keys, in the order in which every list of scopes is written. */
export const API_KEY_SCOPES = ['post', 'gateway', 'relay'] as const satisfies readonly ApiKeyScope[]

/** The scopes of an API key that is created without naming any. */
export const SCOPES_BY_DEFAULT: readonly ApiKeyScope[] = ['post']

/** Any of these lets an API key post receipts. */
export const SCOPES_TO_POST: readonly ApiKeyScope[] = ['post', 'gateway']
