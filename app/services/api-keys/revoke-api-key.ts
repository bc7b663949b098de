import type { Ctx } from '#app/context.ts'
import type { ApiKeyView } from './api-key-view.ts'
import { changeApiKey, type ChangeApiKeyRefusal } from './change-api-key.ts'
import { done, type Outcome } from '../outcome.ts'
import type { Actor } from '../audit/record-change.ts'

/** A revocation acts on the next request. Receipts posted with this API key stay as they are. */
export const revokeApiKey = (
  ctx: Ctx,
  by: Actor,
  id: string,
): Promise<Outcome<ApiKeyView, ChangeApiKeyRefusal>> =>
  changeApiKey<object, never>(ctx, by, id, 'api_key.revoke', (_before, now) =>
    done({ values: { revokedAt: now }, extra: {} }),
  )
