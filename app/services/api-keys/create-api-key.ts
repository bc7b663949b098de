import { insertApiKey } from '#db/queries/api-keys/api-key-records.ts'
import { selectIssuer } from '#db/queries/issuers/issuers.ts'
import type { Ctx } from '#app/context.ts'
import { createApiKeySecret } from './api-key.ts'
import { viewApiKey, type ApiKeyWithSecret } from './api-key-view.ts'
import { API_KEY_SCOPES, SCOPES_BY_DEFAULT, type ApiKeyScope } from './scopes.ts'
import { isSlug } from '../issuers/find-issuer.ts'
import { done, refused, type Outcome } from '../outcome.ts'
import { recordChange, type Actor } from '../audit/record-change.ts'

export const RATE_PER_SECOND_MAX = 1_000_000

export interface NewApiKey {
  name: string
  mode: 'live' | 'test'
  /** Receipts per calendar month; null is no cap. */
  cap: number | null
  ratePerSecond: number | null
  expiresAt: Date | null
  /** At least one scope; `SCOPES_BY_DEFAULT` where the caller names none. */
  scopes?: readonly ApiKeyScope[] | undefined
}

export type CreateApiKeyRefusal = 'not_found' | 'invalid_request'

export function createApiKey(
  ctx: Ctx,
  by: Actor,
  slug: string,
  { scopes = SCOPES_BY_DEFAULT, ...values }: NewApiKey,
): Promise<Outcome<ApiKeyWithSecret, CreateApiKeyRefusal>> {
  if (!isSlug(slug)) return Promise.resolve(refused('not_found'))
  return recordChange<ApiKeyWithSecret, CreateApiKeyRefusal>(ctx, by, async (tx, now) => {
    if ((await selectIssuer({ orm: tx }, slug)) === null) return { result: refused('not_found') }
    const createdAt = await now()
    if (values.expiresAt !== null && values.expiresAt <= createdAt) {
      return {
        result: refused('invalid_request', {
          pointer: '/expiresAt',
          detail: 'Must be in the future.',
        }),
      }
    }
    const { id, apiKey, secretHash } = createApiKeySecret(ctx, values.mode)
    const row = {
      ...values,
      scopes: API_KEY_SCOPES.filter((scope) => scopes.includes(scope)),
      id,
      issuer: slug,
      secretHash,
      previousHash: null,
      previousExpiresAt: null,
      createdAt,
      revokedAt: null,
    }
    await insertApiKey(tx, row)
    const after = viewApiKey(row)
    return {
      result: done({ ...after, apiKey }),
      change: { action: 'api_key.create', subject: id, before: null, after },
    }
  })
}
