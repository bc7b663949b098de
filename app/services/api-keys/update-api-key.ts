import type { Ctx } from '#app/context.ts'
import type { ApiKeyView } from './api-key-view.ts'
import { changeApiKey, type ChangeApiKeyRefusal } from './change-api-key.ts'
import { done, type Outcome } from '../outcome.ts'
import type { Actor } from '../audit/record-change.ts'

/** A changed cap acts on the next request; a cached rate may live on for a second elsewhere. */
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
  changeApiKey<object, never>(ctx, by, id, 'api_key.update', (before) => {
    const ratePerSecond =
      values.ratePerSecond === undefined ? before.ratePerSecond : values.ratePerSecond
    // Null is a value: it lifts the cap or the rate.
    const cap = values.cap === undefined ? before.cap : values.cap
    return done({ values: { name: values.name ?? before.name, cap, ratePerSecond }, extra: {} })
  })
