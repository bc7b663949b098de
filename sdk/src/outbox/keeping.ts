import { asError, CounterfoilError } from '../errors.ts'
import type { OutboxContext } from './context.ts'
import type { OutboxItem } from './delivery.ts'
import type { Waiting } from './waiting-list.ts'

/** Puts a receipt into the store. Throws `outbox_full`, `outbox_unusable` or `outbox_in_use`. */
export type Keep = (entry: OutboxItem) => Promise<Waiting>

/** `changed` is called when a receipt that could not be kept has left the list. */
export function createKeeping(ctx: OutboxContext, changed: () => void): Keep {
  const pending = new Map<string, Promise<Waiting>>()

  async function keep(entry: OutboxItem): Promise<Waiting> {
    if (ctx.list.count > 0 && ctx.list.bytes > ctx.waitingBytesMax)
      throw new CounterfoilError(
        'outbox_full',
        `More than ${ctx.waitingBytesMax} bytes of receipts wait for the portal.`,
      )
    const one = ctx.list.add(entry)
    try {
      await ctx.store.add(entry)
    } catch (thrown) {
      ctx.list.remove(one)
      changed()
      throw asError('outbox_unusable', 'The receipt can’t be kept in the outbox', thrown)
    }
    // Only kept receipts are sent, so that a crash breaks no working link.
    one.isKept = true
    return one
  }

  return async (entry) => {
    const { receiptId } = entry
    const known = ctx.list.get(receiptId)
    if (known?.isKept) return known
    // The second caller with the same receipt waits for the store as well.
    const keeping = pending.get(receiptId) ?? keep(entry)
    pending.set(receiptId, keeping)
    return keeping.finally(() => pending.delete(receiptId))
  }
}
