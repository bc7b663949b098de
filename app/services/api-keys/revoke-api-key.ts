import type { Ctx } from '#app/context.ts'
import type { ApiKeyView } from './api-key-view.ts'
import { changeApiKey, type ChangeApiKeyRefusal } from './change-api-key.ts'
import type { Outcome } from '../outcome.ts'
import type { Actor } from '../audit/record-change.ts'

/** Acts on the next request. The receipts that came in by this API key stay what they are. */
export const revokeApiKey = (
  ctx: Ctx,
  by: Actor,
  id: string,
): Promise<Outcome<ApiKeyView, ChangeApiKeyRefusal>> =>
  changeApiKey(ctx, by, id, 'api_key.revoke', (_before, now) => ({ revokedAt: now }))
