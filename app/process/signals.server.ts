import type { Logger } from 'pino'

/** Ctrl-C arrives twice under npm: from the terminal, and passed on by npm. */
const SAME_SIGNAL_MS = 1_000

/** The first signal stops the portal in order; another one, more than a second later, ends it at once. */
export function stopOnSignals(log: Logger, signals: NodeJS.Signals[], work: () => Promise<void>) {
  let running: Promise<void> | null = null
  let since = 0
  const run = () => {
    if (running === null) since = performance.now()
    return (running ??= work())
  }
  const onSignal = () => {
    if (running !== null) {
      if (performance.now() - since > SAME_SIGNAL_MS) process.exit(1)
      return
    }
    run().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'the portal did not stop cleanly')
        process.exit(1)
      },
    )
  }
  for (const signal of signals) process.on(signal, onSignal)
  return { run, isRunning: () => running !== null }
}
