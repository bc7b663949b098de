import type { SignedReceipt } from '../details.ts'
import type { Receipted } from './tap.ts'

/** Any kind of answer in pieces, or a function that begins one; `signal` says when to stop it. */
export type StreamSource<T> =
  | AsyncIterable<T>
  | ReadableStream<T>
  | ((signal: AbortSignal) => AsyncIterable<T> | ReadableStream<T> | PromiseLike<Opened<T>>)

type Opened<T> = AsyncIterable<T> | ReadableStream<T>

/** A source that has begun. */
export interface Input<T> {
  next(): Promise<IteratorResult<T, unknown>>
  /** Ends it, also in the middle of a `next`. Never throws. */
  cancel(): void
  /** Set where the source was tapped before: the receipt is its own then. */
  tapped: Promise<SignedReceipt | null> | null
}

export async function openSource<T>(
  source: StreamSource<T>,
  signal: AbortSignal,
): Promise<Input<T>> {
  const opened = await (typeof source === 'function' ? source(signal) : source)
  const receipt = (opened as { receipt?: unknown }).receipt
  const tapped = receipt instanceof Promise ? (receipt as Receipted['receipt']) : null
  // A reader and not its iterator: some browsers' streams have none.
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
      // An async generator only returns when its pending read is over; the providers' streams have
      // a controller that ends that read.
      attempt(() => (opened as { controller?: AbortController }).controller?.abort())
      attempt(() => void Promise.resolve(iterator.return?.()).catch(() => undefined))
    },
  }
}

function attempt(work: () => void): void {
  try {
    work()
  } catch {
    // Whoever hung up has no use for what the source says to it.
  }
}
