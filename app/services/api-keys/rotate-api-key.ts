import type { Ctx } from '#app/context.ts'
import { createApiKeySecret } from './api-key.ts'
import type { ApiKeyWithSecret } from './api-key-view.ts'
import { changeApiKey, type ChangeApiKeyRefusal } from './change-api-key.ts'
import { done, refused, type Outcome } from '../outcome.ts'
import type { Actor } from '../audit/record-change.ts'
import { markOf, type SeenRefusal } from '../audit/seen-mark.ts'

/** 30 days: a leaked secret must not work for ever beside the new one. */
export const OVERLAP_HOURS_MAX = 720

interface Rotation {
  overlapHours: number
  /** The mark of the secret that the reader of a form saw; the API sends none. */
  seen?: string
}

/** The mark of the API key's present secret, for the form that replaces it. */
export async function markApiKey(ctx: Ctx, id: string): Promise<string> {
  const row = await ctx.db.groups.apiKey.call(id)
  return markOf(ctx, row?.secretHash ?? null)
}

/**
 * Gives an API key a new secret; id, cap and counter stay. The present secret works until the
 * overlap ends, so that a service can switch without an outage. A secret that an earlier rotation
 * replaced stops working now: a form that is older than that rotation is therefore refused.
 */
export function rotateApiKey(
  ctx: Ctx,
  by: Actor,
  id: string,
  { overlapHours, seen }: Rotation,
): Promise<Outcome<ApiKeyWithSecret, ChangeApiKeyRefusal | SeenRefusal>> {
  return changeApiKey<{ apiKey: string }, SeenRefusal>(
    ctx,
    by,
    id,
    'api_key.rotate',
    (before, now) => {
      if (seen !== undefined && seen !== markOf(ctx, before.secretHash))
        return refused('changed_meanwhile')
      const { apiKey, secretHash } = createApiKeySecret(ctx, before.mode, id)
      const overlaps = overlapHours > 0
      const values = {
        secretHash,
        previousHash: overlaps ? before.secretHash : null,
        previousExpiresAt: overlaps ? new Date(now.getTime() + overlapHours * 3_600_000) : null,
      }
      return done({ values, extra: { apiKey } })
    },
  )
}
