import type { ReadReceipt } from './check-receipt.ts'
import { readReceiptStream, type ReadOptions, type ReceiptReader } from './read-stream.ts'
import { StreamError } from './stream-error.ts'

/**
 * `idle` before the first start, `streaming`, `stopping` from Stop until the stream has ended,
 * `stopped`, `done` or `error`.
 */
export type StreamStatus = 'idle' | 'streaming' | 'stopping' | 'stopped' | 'done' | 'error'

/** The state of an answer, for a component to show. */
export interface StreamState {
  text: string
  status: StreamStatus
  /** Null until the answer names a receipt, or ends. */
  receipt: ReadReceipt | null
  error: StreamError | null
}

/**
 * Makes the request. `signal` aborts when the reader starts anew, leaves the page, or stops early.
 */
export type StreamFetcher<I> = (input: I, signal: AbortSignal) => Response | Promise<Response>

/** One answer at a time, apart from any component, so that it does not depend on rendering. */
export interface StreamStore {
  get: () => StreamState
  subscribe: (listener: () => void) => () => void
  /** Resolves when the answer has ended. Never rejects. */
  start<I>(fetcher: StreamFetcher<I>, input: I, options: ReadOptions): Promise<void>
  stop(): Promise<void>
  /** Hangs up without an error. */
  abandon(): void
}

interface Run {
  hangUp: AbortController
  reader: ReceiptReader | null
  /** Kept beside the status, because Stop and the stream's end may come in either order. */
  isStopped: boolean
}

const IDLE: StreamState = { text: '', status: 'idle', receipt: null, error: null }

/** The state before the first start, also for rendering on a server. */
export const idleState = (): StreamState => IDLE

/** Makes a store in the state `idle`. */
export function createStreamStore(): StreamStore {
  let state = IDLE
  let current: Run | null = null
  const listeners = new Set<() => void>()

  function set(change: Partial<StreamState>): void {
    state = { ...state, ...change }
    for (const listener of listeners) listener()
  }

  async function start<I>(
    fetcher: StreamFetcher<I>,
    input: I,
    options: ReadOptions,
  ): Promise<void> {
    current?.hangUp.abort()
    const run: Run = { hangUp: new AbortController(), reader: null, isStopped: false }
    const { signal } = run.hangUp
    current = run
    // An abandoned answer must not change the state of the current one.
    const show = (change: Partial<StreamState>): void => {
      if (current === run) set(change)
    }
    set({ ...IDLE, status: 'streaming' })
    try {
      const response = await fetcher(input, signal)
      if (signal.aborted) {
        await response.body?.cancel()
        return
      }
      const reader = (run.reader = readReceiptStream(response, {
        ...options,
        signal,
        onReceipt: (receipt) => {
          show({ receipt })
          options.onReceipt?.(receipt)
        },
      }))
      for await (const piece of reader) {
        show({ text: reader.text })
        options.onText?.(piece)
      }
      show({ status: run.isStopped ? 'stopped' : 'done' })
    } catch (thrown) {
      if (run.isStopped) show({ status: 'stopped' })
      else show({ status: 'error', error: asError(thrown) })
    }
  }

  return {
    get: () => state,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    start,
    async stop() {
      const run = current
      if (run === null || state.status !== 'streaming') return
      run.isStopped = true
      set({ status: 'stopping' })
      // A running answer may still bring its receipt, so only its reader ends it.
      if (run.reader === null) run.hangUp.abort()
      else await run.reader.stop()
      if (current === run) set({ status: 'stopped' })
    },
    abandon() {
      current?.hangUp.abort()
      current = null
      if (state.status === 'streaming' || state.status === 'stopping') set({ status: 'stopped' })
    },
  }
}

const asError = (thrown: unknown): StreamError =>
  thrown instanceof StreamError
    ? thrown
    : new StreamError('connection_lost', 'The service can’t be reached.', { cause: thrown })
