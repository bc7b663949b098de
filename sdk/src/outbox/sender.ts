import { asError, refusalOf } from '../errors.ts'
import { BACKOFF_MAX_MS, createPause } from './pause.ts'
import { nextBatch, sendWaiting, type Sending } from './send-waiting.ts'

/**
 * A flush abandons sending after so long without an answer, and sends anew. In a worker at the edge
 * a request that has ended takes along the calls that it began: their answers never come.
 */
const SILENCE_MS_MAX = 10_000

/** Sends waiting receipts, one batch at a time, with pauses after failures. */
export interface Sender {
  /** Begins to send, unless sending is under way or pauses, or nothing can be sent. */
  start(): void
  /** As `start`; ends a pause, and tries again after a refusal. */
  startAtOnce(): void
  /** Abandons sending that has been silent for too long, and begins anew. */
  endSilence: () => void
  /** The portal's last answer refused the API key: to wait a moment won't help. */
  isRefused(): boolean
  /** The list, or what is known of the portal, is another now. */
  changed: () => void
  /** Resolves at the next change. */
  nextChange(): Promise<void>
  /** Begins nothing more by itself. Resolves when the request that is under way has ended. */
  stop(): Promise<void>
}

export function createSender(
  options: Omit<Sending, 'changed'> & { now: () => number; random: () => number },
): Sender {
  const { parking, isClosed, emit, now } = options
  const sending: Sending = { ...options, changed }
  const pause = createPause(options.random, start)
  let working: Promise<void> | null = null
  /** Counts the workers: a worker with an earlier number was abandoned. */
  let shift = 0
  let heardAt = 0
  let isRefused = false
  let tellChange = (): void => undefined
  let change = awaitChange()

  function awaitChange(): Promise<void> {
    return new Promise((resolve) => (tellChange = resolve))
  }

  function changed(): void {
    heardAt = now()
    tellChange()
    change = awaitChange()
  }

  function start(): void {
    if (working !== null || pause.isOn() || isClosed()) return
    parking.look()
    if (nextBatch(sending, 1).length > 0) working = work(++shift)
  }

  async function work(mine: number): Promise<void> {
    const isAbandoned = (): boolean => mine !== shift
    heardAt = now()
    try {
      const stop = await sendWaiting({ ...sending, isClosed: () => isClosed() || isAbandoned() })
      if (isAbandoned()) return
      isRefused = stop?.kind === 'refused'
      if (stop === null) pause.reset()
      else if (stop.kind === 'later') later(stop.afterMs, stop.why)
      else {
        emit('error', refusalOf(stop.problem))
        later(BACKOFF_MAX_MS, `the portal answered ${stop.problem.status} ${stop.problem.code}`)
      }
    } catch (thrown) {
      if (isAbandoned()) return
      emit('error', asError('outbox_unusable', 'Sending failed', thrown))
      later(null, 'sending failed')
    }
    working = null
    changed()
    // A receipt that came while the last batch was ending found this worker, and relied on it.
    start()
  }

  function later(askedMs: number | null, why: string): void {
    if (!isClosed()) emit('retry', { ...pause.start(askedMs), why })
  }

  return {
    start,
    startAtOnce() {
      pause.end()
      isRefused = false
      start()
    },
    endSilence() {
      if (working === null || now() - heardAt < SILENCE_MS_MAX) return
      // At worst a receipt is sent twice: the portal takes the second for a repeat.
      shift++
      working = null
      start()
    },
    isRefused: () => isRefused,
    changed,
    nextChange: () => change,
    async stop() {
      pause.end()
      parking.stop()
      await working
    },
  }
}
