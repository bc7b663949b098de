import { upsertApiKeyUses } from '#db/queries/api-keys/api-key-uses.ts'
import type { Ctx } from '#app/context.ts'

/** Costs a place in a map: nothing is written before the next `saveUses`. */
export function noteUse(ctx: Ctx, apiKey: string, from: string): void {
  ctx.apiKeyUses.set(apiKey, { at: ctx.now(), from })
}

/** If it can't be written it is kept for the next time, unless the key was used again meanwhile. */
export async function saveUses(ctx: Ctx): Promise<void> {
  if (ctx.apiKeyUses.size === 0) return
  const taken = [...ctx.apiKeyUses]
  ctx.apiKeyUses.clear()
  const now = ctx.now()
  try {
    await upsertApiKeyUses(
      ctx.db.run,
      // A clock that was set back must not date a use in the future.
      taken.map(([apiKey, { at, from }]) => ({ apiKey, from, ageMs: Math.max(0, now - at) })),
    )
  } catch (error) {
    for (const [apiKey, use] of taken)
      if (!ctx.apiKeyUses.has(apiKey)) ctx.apiKeyUses.set(apiKey, use)
    throw error
  }
}
