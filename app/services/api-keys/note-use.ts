import { upsertApiKeyUses } from '#db/queries/api-keys/api-key-uses.ts'
import type { Ctx } from '#app/context.ts'

/** Only sets an entry of a map: `saveUses` writes it to the database. */
export function noteUse(ctx: Ctx, apiKey: string, from: string): void {
  ctx.apiKeyUses.set(apiKey, { at: ctx.now(), from })
}

/** A use that can't be written is kept for the next time, unless its key was used again. */
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
