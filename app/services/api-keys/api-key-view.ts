import type { ApiKeyRecord } from '#db/queries/api-keys/api-key-records.ts'
import type { ApiKeyScope } from './scopes.ts'

/** An API key as admins see it and the audit keeps it: without its secret. */
export interface ApiKeyView {
  id: string
  issuer: string
  name: string
  mode: 'live' | 'test'
  scopes: ApiKeyScope[]
  cap: number | null
  ratePerSecond: number | null
  createdAt: string
  expiresAt: string | null
  revokedAt: string | null
  /** The secret before the last rotation works until then. */
  previousExpiresAt: string | null
}

export const viewApiKey = (row: ApiKeyRecord): ApiKeyView => ({
  id: row.id,
  issuer: row.issuer,
  name: row.name,
  mode: row.mode,
  scopes: row.scopes,
  cap: row.cap,
  ratePerSecond: row.ratePerSecond,
  createdAt: row.createdAt.toISOString(),
  expiresAt: row.expiresAt?.toISOString() ?? null,
  revokedAt: row.revokedAt?.toISOString() ?? null,
  previousExpiresAt: row.previousExpiresAt?.toISOString() ?? null,
})

/** An API key with its secret, which no other answer has and the portal does not keep. */
export type ApiKeyWithSecret = ApiKeyView & { apiKey: string }

const API_KEY_ID = /^key_[0-9A-Za-z]{8}$/
export const isApiKeyId = (text: string): boolean => API_KEY_ID.test(text)
