import {
  lockApiKey,
  updateApiKey,
  type ApiKeyRecord,
} from '#db/queries/api-keys/api-key-records.ts'
import type { Ctx } from '#app/context.ts'
import { isApiKeyId, viewApiKey, type ApiKeyView } from './api-key-view.ts'
import { done, refused, type Outcome } from '../outcome.ts'
import { recordChange, type Actor, type AuditAction } from '../audit/record-change.ts'

export type ChangeApiKeyRefusal = 'not_found' | 'already_revoked'

/** The values to change, and members that only the answer to this change has. */
type Decision<Extra, Code extends string> = Outcome<
  { values: Partial<ApiKeyRecord>; extra: Extra },
  Code
>

/** Locks an API key, changes it and records the change: for update, rotation and revocation. */
export async function changeApiKey<Extra extends object, Code extends string>(
  ctx: Ctx,
  by: Actor,
  id: string,
  action: AuditAction,
  decide: (before: ApiKeyRecord, now: Date) => Decision<Extra, Code>,
): Promise<Outcome<ApiKeyView & Extra, ChangeApiKeyRefusal | Code>> {
  type Refusal = ChangeApiKeyRefusal | Code
  if (!isApiKeyId(id)) return refused('not_found')
  const outcome = await recordChange<ApiKeyView & Extra, Refusal>(ctx, by, async (tx, now) => {
    const before = await lockApiKey(tx, id)
    if (before === null) return { result: refused('not_found') }
    if (before.revokedAt !== null) return { result: refused('already_revoked') }
    const decided = decide(before, await now())
    if (!decided.ok) return { result: decided }
    const { values, extra } = decided.value
    const isSame = Object.entries(values).every(
      ([name, value]) => before[name as keyof ApiKeyRecord] === value,
    )
    if (isSame) return { result: done({ ...viewApiKey(before), ...extra }) }
    const after = viewApiKey(await updateApiKey(tx, id, values))
    return {
      result: done({ ...after, ...extra }),
      change: { action, subject: id, before: viewApiKey(before), after },
    }
  })
  // Other processes' caches are stale for a second at most; the group commit reads no cache.
  ctx.caches.apiKeys.delete(id)
  return outcome
}
