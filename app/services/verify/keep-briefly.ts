import type { LRUCache } from 'lru-cache'
import type { Ctx } from '#app/context.ts'

/** Public reads may use the state of a receipt, a key or an issuer for this long. */
const STATE_MS_MAX = 1_000

/** A value from the database, as it was read at `at`; null if there was none. */
export interface Kept<Value> {
  value: Promise<Value | null>
  at: number
}

/** Whether a kept value may still be used. A clock that is set back makes ages negative. */
export function isFresh(ctx: Ctx, kept: { at: number } | undefined): boolean {
  const age = kept === undefined ? STATE_MS_MAX : ctx.now() - kept.at
  return age >= 0 && age < STATE_MS_MAX
}

/**
 * The value under `name`, read again after a second. A value that has not changed is the same object
 * as before. Nothing that is missing is kept, because it may come in at any moment.
 */
export function keepBriefly<Value extends object>(
  ctx: Ctx,
  cache: LRUCache<string, Kept<Value>>,
  name: string,
  read: () => Promise<Value | null>,
): Promise<Value | null> {
  const kept = cache.get(name)
  if (kept !== undefined && isFresh(ctx, kept)) return kept.value
  const value = Promise.all([read(), kept?.value]).then(([now, before]) =>
    before != null && JSON.stringify(now) === JSON.stringify(before) ? before : now,
  )
  const entry = { value, at: ctx.now() }
  cache.set(name, entry)
  const forget = () => {
    if (cache.peek(name) === entry) cache.delete(name)
  }
  value.then((found) => {
    if (found === null) forget()
  }, forget)
  return value
}
