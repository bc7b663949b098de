import { asError, refusalOf } from '../errors.ts'
import type { OutboxContext } from './context.ts'
import type { Parking } from './parking.ts'
import { BACKOFF_MAX_MS, createPause } from './pause.ts'
import { nextBatch, sendWaiting, type Sending } from './send-waiting.ts'

/**
 * After so long without an answer, a flush abandons sending and begins anew. A worker at the edge
 * ends the calls of a request together with that request, so their answers never come.
 */
const SILENCE_MS_MAX = 10_000

/** Sends waiting receipts, one batch at a time, with pauses after failures. */
export interface Sender {
  /** Begins to send, unless sending runs or pauses, or no receipt can be sent. */
  start(): void
  /** Ends a pause, forgets a refusal, and begins to send. */
  retry(): void
  /** Abandons sending that has been silent for too long, and begins anew. */
  endSilence: () => void
  /** Whether the portal's last answer refused the API key, so that waiting a moment won't help. */
  isRefused(): boolean
  /** Must be called after each change of the list or of the portal's state. */
  changed: () => void
  /** Resolves at the next change. */
  nextChange(): Promise<void>
  /** Ends pauses and parking. Resolves when the running request has ended. */
  stop(): Promise<void>
}

/** Makes the sender of one outbox. It sends nothing before `start`. */
export function createSender(ctx: OutboxContext, parking: Parking): Sender {
  const sending: Sending = { ...ctx, parking, changed }
  const pause = createPause(ctx.random, start)
  let working: Promise<void> | null = null
  /** The number of the current worker; workers with an earlier number are abandoned. */
  let shift = 0
  let heardAt = 0
  let isRefused = false
  const onChange: (() => void)[] = []

  function changed(): void {
    heardAt = ctx.now()
    for (const resume of onChange.splice(0)) resume()
  }

  function start(): void {
    if (working !== null || pause.isOn() || ctx.isClosed()) return
    parking.look()
    if (nextBatch(sending, 1).length > 0) working = work(++shift)
  }

  async function work(mine: number): Promise<void> {
    const isAbandoned = (): boolean => mine !== shift
    heardAt = ctx.now()
    try {
      const stop = await sendWaiting({
        ...sending,
        isClosed: () => ctx.isClosed() || isAbandoned(),
      })
      if (isAbandoned()) return
      isRefused = stop?.kind === 'refused'
      if (stop === null) pause.reset()
      else if (stop.kind === 'later') later(stop.afterMs, stop.why)
      else {
        const { problem } = stop
        ctx.emit('error', refusalOf(problem))
        later(BACKOFF_MAX_MS, `the portal answered ${problem.status} ${problem.code}`)
      }
    } catch (thrown) {
      if (isAbandoned()) return
      ctx.emit('error', asError('outbox_unusable', 'Sending failed', thrown))
      later(null, 'sending failed')
    }
    working = null
    changed()
    // A receipt that came while the last batch was ending relied on this worker.
    start()
  }

  function later(askedMs: number | null, why: string): void {
    if (!ctx.isClosed()) ctx.emit('retry', { ...pause.start(askedMs), why })
  }

  return {
    start,
    retry() {
      pause.end()
      isRefused = false
      start()
    },
    endSilence() {
      if (working === null || ctx.now() - heardAt < SILENCE_MS_MAX) return
      // At worst a receipt is sent twice, and the portal recognises the repeat.
      shift++
      working = null
      start()
    },
    isRefused: () => isRefused,
    changed,
    nextChange: () => new Promise((resolve) => onChange.push(resolve)),
    async stop() {
      pause.end()
      parking.stop()
      await working
    },
  }
}
