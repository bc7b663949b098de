import type { Ctx } from '#app/context.ts'
import type { ApiKeyView } from './api-key-view.ts'
import { changeApiKey, type ChangeApiKeyRefusal } from './change-api-key.ts'
import type { Outcome } from '../outcome.ts'
import type { Actor } from '../audit/record-change.ts'

/** A changed cap or rate acts on the next request: both are read from the database each time. */
export const updateApiKey = (
  ctx: Ctx,
  by: Actor,
  id: string,
  values: {
    name?: string | undefined
    cap?: number | null | undefined
    ratePerSecond?: number | null | undefined
  },
): Promise<Outcome<ApiKeyView, ChangeApiKeyRefusal>> =>
  changeApiKey(ctx, by, id, 'api_key.update', (before) => ({
    name: values.name ?? before.name,
    // Null is a value here: no cap, no rate.
    cap: values.cap === undefined ? before.cap : values.cap,
    ratePerSecond: values.ratePerSecond === undefined ? before.ratePerSecond : values.ratePerSecond,
  }))
