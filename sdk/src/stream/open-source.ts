import type { SignedReceipt } from '../details.ts'
import { quietly } from '../quietly.ts'
import type { Receipted } from './tap.ts'

/**
 * An answer in pieces, or a function that begins an answer. `signal` aborts when the reader stops
 * or leaves: hand it to the model call.
 */
export type StreamSource<T> =
  | AsyncIterable<T>
  | ReadableStream<T>
  | ((signal: AbortSignal) => AsyncIterable<T> | ReadableStream<T> | PromiseLike<Opened<T>>)

type Opened<T> = AsyncIterable<T> | ReadableStream<T>

/** An opened source. */
export interface Input<T> {
  next(): Promise<IteratorResult<T, unknown>>
  /** Ends the source, also in the middle of a `next`. Never throws. */
  cancel(): void
  /** The receipt of a source that was tapped before; else null. */
  tapped: Promise<SignedReceipt | null> | null
}

/** Opens a source. Rejects if the function that begins the answer fails. */
export async function openSource<T>(
  source: StreamSource<T>,
  signal: AbortSignal,
): Promise<Input<T>> {
  const opened = await (typeof source === 'function' ? source(signal) : source)
  const receipt = (opened as { receipt?: unknown }).receipt
  const tapped = receipt instanceof Promise ? (receipt as Receipted['receipt']) : null
  // The streams of some browsers have no async iterator; all of them have `getReader`.
  if ('getReader' in opened) {
    const reader = opened.getReader()
    return {
      tapped,
      next: async () => {
        const { done, value } = await reader.read()
        return done ? { done, value: undefined } : { done, value }
      },
      cancel: () => void reader.cancel().catch(() => undefined),
    }
  }
  const iterator = opened[Symbol.asyncIterator]()
  return {
    tapped,
    next: () => iterator.next(),
    cancel() {
      // An async generator returns only after its pending read. Aborting the controller of a
      // provider's stream ends that read.
      quietly(() => (opened as { controller?: AbortController }).controller?.abort())
      quietly(() => iterator.return?.())
    },
  }
}
