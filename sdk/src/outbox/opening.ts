import { asError, type CounterfoilError } from '../errors.ts'
import { startQuietTimer } from '../timer.ts'

/** The outbox tries again this often to open a store that another process has. */
const REOPEN_MS = 2_000

/** The first use of a store, which may fail now and succeed later. */
export interface Opening {
  /** Opens the store once. Throws `outbox_unusable` or `outbox_in_use`; the next call tries again. */
  open(): Promise<void>
  /** Goes on trying until the store is open; only the first failure is told. */
  keepTrying(): void
  /** Resolves when the attempt that is under way has ended. */
  settled(): Promise<void>
}

export function createOpening(options: {
  open: () => Promise<void>
  isClosed: () => boolean
  onFirstError: (error: CounterfoilError) => void
}): Opening {
  let opening: Promise<void> | null = null

  const open = (): Promise<void> =>
    (opening ??= options.open().catch((thrown: unknown) => {
      opening = null
      throw asError('outbox_unusable', 'The outbox can’t be opened', thrown)
    }))

  function keepTrying(isFirst: boolean): void {
    if (options.isClosed()) return
    open().catch((error: unknown) => {
      if (isFirst) options.onFirstError(error as CounterfoilError)
      startQuietTimer(REOPEN_MS, () => keepTrying(false))
    })
  }

  return {
    open,
    keepTrying: () => keepTrying(true),
    async settled() {
      await opening?.catch(() => undefined)
    },
  }
}
