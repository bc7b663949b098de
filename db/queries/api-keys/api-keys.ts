import type { Run } from '../../connection.ts'
import { textArray } from '../array.ts'
import type { ApiKeyRecord } from './api-key-records.ts'

/** An API key as authentication needs it. Times in milliseconds. */
export interface ApiKeyRow {
  id: string
  issuer: string
  mode: 'live' | 'test'
  scopes: ApiKeyRecord['scopes']
  ratePerSecond: number | null
  secretHash: Uint8Array
  previousHash: Uint8Array | null
  /** Revoked or expired, by the database's clock. */
  usable: boolean
  previousUsable: boolean
}

export async function selectApiKeys(run: Run, ids: string[]): Promise<(ApiKeyRow | null)[]> {
  const rows = await run<ApiKeyRow>(
    `select id, issuer, mode, scopes, rate_per_second as "ratePerSecond", secret_hash as "secretHash",
      previous_hash as "previousHash",
      (revoked_at is null and (expires_at is null or expires_at > now())) as usable,
      coalesce(previous_expires_at > now(), false) as "previousUsable"
      from api_keys where id = any($1::text[])`,
    [textArray(ids)],
  )
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.map((id) => byId.get(id) ?? null)
}
