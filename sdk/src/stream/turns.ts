import { inTime } from '../timer.ts'
import { registerStream } from './stop-stream.ts'
import type { ReceiptStreamOptions } from './stream-options.ts'

/** The next event of a running stream. */
export type Turn =
  /** A chunk's text; empty for a chunk with a role or a usage count. */
  | { kind: 'text'; text: string }
  /** The source came to its own end; `text` is the rest that was held back. */
  | { kind: 'end'; text: string }
  | { kind: 'fail'; text: string; error: unknown }
  /** The source was silent for `keepAliveMs`, so that a proxy might hang up. */
  | { kind: 'quiet' }
  /** The stream was stopped, or its source was never opened. */
  | { kind: 'stop' }

/** Waits for the source, for silence and for the reader's Stop at the same time. */
export interface Turns {
  /** The id by which a separate request can stop the stream. */
  streamId: string
  /** Begins to hear Stop. If the signal has aborted already, `onStop` is called at once. */
  start(): void
  next(): Promise<Turn>
  stop(): void
  /** Ignores a later Stop. */
  end(): void
}

const STOPPED: Turn = { kind: 'stop' }

/** Makes the turns of one stream. `onStop` is called at most once. */
export function createTurns(
  read: () => Promise<Turn>,
  onStop: () => void,
  { signal, keepAliveMs = 15_000 }: Pick<ReceiptStreamOptions, 'signal' | 'keepAliveMs'>,
): Turns {
  let reading: Promise<Turn> | null = null
  let wake: (() => void) | null = null
  let isAsked = false
  let isStopped = false
  const hasStopped = (): boolean => isStopped
  const { streamId, forget } = registerStream(() => {
    if (wake === null) stop()
    else {
      // A worker at the edge ends all work of a request together with that request. The signing
      // must outlive the request of the Stop, so the stream's own request does it.
      isAsked = true
      wake()
    }
  })

  function stop(): void {
    if (isStopped) return
    isStopped = true
    onStop()
    wake?.()
  }

  return {
    streamId,
    start() {
      if (signal?.aborted === true) stop()
      else signal?.addEventListener('abort', stop, { once: true })
    },
    async next() {
      if (isStopped) return STOPPED
      const woken = new Promise<Turn>((resolve) => (wake = () => resolve(STOPPED)))
      reading ??= read()
      const heard = Promise.race([reading, woken])
      const turn = await inTime(heard, keepAliveMs, (): Turn => ({ kind: 'quiet' }))
      wake = null
      // After a silence the same read still runs.
      if (turn.kind !== 'quiet') reading = null
      if (isAsked) stop()
      return hasStopped() ? STOPPED : turn
    },
    stop,
    end() {
      forget()
      signal?.removeEventListener('abort', stop)
    },
  }
}
