import { asError, type CounterfoilError } from '../errors.ts'
import { startQuietTimer } from '../timer.ts'

/** The pause before the next attempt to open a store, which another process may have. */
const REOPEN_MS = 2_000

/** The opening of a store, which can fail now and succeed later. */
export interface Opening {
  /**
   * Opens the store once. Throws `outbox_unusable` or `outbox_in_use`; the next call tries again.
   */
  open(): Promise<void>
  /** Resolves when the current attempt has ended. */
  settled(): Promise<void> | undefined
}

/** Tries at once, and again until the store is open. `tell` gets only the first failure. */
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
