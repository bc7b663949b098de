import type { Logger } from 'pino'

/** A signal stops everything once; a second one doesn't wait. */
export function stopOnSignals(log: Logger, signals: NodeJS.Signals[], work: () => Promise<void>) {
  let running: Promise<void> | null = null
  const run = () => (running ??= work())
  const onSignal = () => {
    if (running !== null) process.exit(1)
    run().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'the portal did not stop cleanly')
        process.exit(1)
      },
    )
  }
  for (const signal of signals) process.on(signal, onSignal)
  return { run }
}
