import { asError, CounterfoilError } from '../errors.ts'
import type { OutboxItem, OutboxStore } from './delivery.ts'
import type { Waiting, WaitingList } from './waiting-list.ts'

/** Puts a receipt into the store. Throws `outbox_full`, `outbox_unusable` or `outbox_in_use`. */
export type Keep = (entry: OutboxItem) => Promise<Waiting>

export function createKeeping(options: {
  list: WaitingList
  store: OutboxStore
  waitingBytesMax: number
  /** A receipt has left the list again. */
  changed: () => void
}): Keep {
  const { list, store, waitingBytesMax, changed } = options
  const pending = new Map<string, Promise<Waiting>>()

  async function keep(entry: OutboxItem): Promise<Waiting> {
    if (list.count > 0 && list.bytes > waitingBytesMax)
      throw new CounterfoilError(
        'outbox_full',
        `More than ${waitingBytesMax} bytes of receipts wait for the portal.`,
      )
    const one = list.add(entry)
    try {
      await store.add(entry)
    } catch (thrown) {
      list.remove(one)
      changed()
      throw asError('outbox_unusable', 'The receipt can’t be kept in the outbox', thrown)
    }
    // A receipt is sent only from here on: a crash can then break no link that works.
    one.isKept = true
    return one
  }

  return async (entry) => {
    const { receiptId } = entry
    const known = list.get(receiptId)
    if (known?.isKept === true) return known
    // The same receipt twice in one moment: the second caller waits for the store as well.
    const keeping = pending.get(receiptId) ?? keep(entry)
    pending.set(receiptId, keeping)
    return keeping.finally(() => pending.delete(receiptId))
  }
}
