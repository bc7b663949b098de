import { asError, type CounterfoilError } from '../errors.ts'
import { startQuietTimer } from '../timer.ts'

/** The outbox tries again this often to open a store that another process has. */
const REOPEN_MS = 2_000

/** The opening of a store, which may fail now and succeed later. */
export interface Opening {
  /** Opens the store once. Throws `outbox_unusable` or `outbox_in_use`; the next call tries again. */
  open(): Promise<void>
  /** Resolves when the attempt that is under way has ended. */
  settled(): Promise<void> | undefined
}

/** Tries at once and until the store is open; `tell` hears the first failure only. */
export function createOpening(
  openStore: () => Promise<void>,
  isClosed: () => boolean,
  tell: (error: CounterfoilError) => void,
): Opening {
  let opening: Promise<void> | null = null

  const open = (): Promise<void> =>
    (opening ??= openStore().catch((thrown: unknown) => {
      opening = null
      throw asError('outbox_unusable', 'The outbox can’t be opened', thrown)
    }))

  function keepTrying(isFirst: boolean): void {
    if (isClosed()) return
    open().catch((error: unknown) => {
      if (isFirst) tell(error as CounterfoilError)
      startQuietTimer(REOPEN_MS, () => keepTrying(false))
    })
  }

  // Receipts of an earlier process are sent even if this process never signs one.
  keepTrying(true)
  return {
    open,
    settled: () => opening?.catch(() => undefined),
  }
}
