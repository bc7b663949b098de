import type { Ctx } from '#app/context.ts'
import { createApiKeySecret } from './api-key.ts'
import type { ApiKeyWithSecret } from './api-key-view.ts'
import { changeApiKey, type ChangeApiKeyRefusal } from './change-api-key.ts'
import { done, type Outcome } from '../outcome.ts'
import type { Actor } from '../audit/record-change.ts'

/** 30 days: a leaked secret must not work for ever beside the new one. */
export const OVERLAP_HOURS_MAX = 720

/**
 * Gives an API key a new secret; id, cap and counter stay. The present secret works until the
 * overlap ends, so that a service can switch without an outage. A secret that an earlier rotation
 * replaced stops working now.
 */
export async function rotateApiKey(
  ctx: Ctx,
  by: Actor,
  id: string,
  overlapHours: number,
): Promise<Outcome<ApiKeyWithSecret, ChangeApiKeyRefusal>> {
  let apiKey = ''
  const outcome = await changeApiKey(ctx, by, id, 'api_key.rotate', (before, now) => {
    const secret = createApiKeySecret(ctx, before.mode, id)
    apiKey = secret.apiKey
    const overlaps = overlapHours > 0
    return {
      secretHash: secret.secretHash,
      previousHash: overlaps ? before.secretHash : null,
      previousExpiresAt: overlaps ? new Date(now.getTime() + overlapHours * 3_600_000) : null,
    }
  })
  return outcome.ok ? done({ ...outcome.value, apiKey }) : outcome
}
