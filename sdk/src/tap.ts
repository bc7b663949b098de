import type { Ending, ReceiptDetails, Recording, SignedReceipt } from './details.ts'
import { asError, type CounterfoilError } from './errors.ts'

export interface TapOptions extends ReceiptDetails {
  /** What becomes of an answer that was cut short: `sign` (as partial, the default) or `skip`. */
  partial?: 'sign' | 'skip' | undefined
}

/** A stream as it was, and what came of it. `null`: none was signed (skipped, or see the error event). */
export interface Receipted {
  receipt: Promise<SignedReceipt | null>
}

/** Follows one stream. None of its methods ever throws: a receipt's trouble is not the stream's. */
export interface Follower<T> extends Receipted {
  /** A chunk that is being handed on. */
  chunk(value: T): void
  /** It came to its own end. */
  end(): void
  /** Whoever read it went away: what was handed on is all there is. */
  abort(): void
  /** The provider failed. */
  fail(): void
}

/** How a kind of stream is read: written for each provider, given to `createFollower`. */
export interface Reader<T> {
  chunk(value: T, recording: Recording): void
  /** At its end: the finish reason, if it was told. May still write. */
  end?(recording: Recording): Ending
}

export function createFollower<T>(options: {
  recording: Recording
  reader: Reader<T>
  partial: 'sign' | 'skip'
  report: (error: CounterfoilError) => void
}): Follower<T> {
  const { recording, reader, report } = options
  let isBroken = false
  let isOver = false
  let settle: (receipt: SignedReceipt | null | Promise<SignedReceipt | null>) => void
  const receipt = new Promise<SignedReceipt | null>((resolve) => (settle = resolve))

  function attempt(work: () => void): void {
    try {
      work()
    } catch (thrown) {
      // With a piece missing, the digest would be of something that nobody saw.
      isBroken = true
      report(
        asError('tap_failed', 'The stream can’t be followed: it goes on without a receipt', thrown),
      )
    }
  }

  function over(cut: Ending | null): void {
    if (isOver) return
    isOver = true
    let told: Ending = {}
    if (!isBroken) attempt(() => (told = reader.end?.(recording) ?? {}))
    const isSkipped = cut !== null && options.partial === 'skip'
    if (isBroken || isSkipped) settle(null)
    else settle(recording.finish({ ...told, ...cut }).catch(explain))
  }
  const explain = (thrown: unknown): null => {
    report(asError('signing_failed', 'The receipt could not be signed', thrown))
    return null
  }

  return {
    receipt,
    chunk(value) {
      if (!isBroken && !isOver) attempt(() => reader.chunk(value, recording))
    },
    end: () => over(null),
    abort: () => over({ status: 'partial', end: 'aborted' }),
    fail: () => over({ status: recording.chunks > 0 ? 'partial' : 'failed', end: 'error' }),
  }
}

/** The same chunks, at the same time, with the same errors; the follower sees them go by. */
export function followIterable<T>(
  source: AsyncIterable<T>,
  follower: Follower<T>,
): AsyncIterableIterator<T> {
  const inner = source[Symbol.asyncIterator]()
  return {
    [Symbol.asyncIterator]() {
      return this
    },
    async next() {
      let result: IteratorResult<T>
      try {
        result = await inner.next()
      } catch (error) {
        follower.fail()
        throw error
      }
      if (result.done === true) follower.end()
      else follower.chunk(result.value)
      return result
    },
    async return(value?: unknown) {
      follower.abort()
      return (await inner.return?.(value)) ?? { done: true, value }
    },
    async throw(error?: unknown) {
      follower.abort()
      if (inner.throw === undefined) throw error
      return inner.throw(error)
    },
  }
}

/** As `followIterable`. Nothing is read ahead: what was never asked for is in no receipt. */
export function followReadable<T>(
  source: ReadableStream<T>,
  follower: Follower<T>,
): ReadableStream<T> {
  const reader = source.getReader()
  return new ReadableStream<T>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read()
          if (done) {
            follower.end()
            controller.close()
          } else {
            follower.chunk(value)
            controller.enqueue(value)
          }
        } catch (error) {
          follower.fail()
          controller.error(error)
        }
      },
      cancel(reason) {
        follower.abort()
        return reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
}

/** Text and bytes as they are: what a stream without a provider's shape consists of. */
export const plainReader: Reader<string | Uint8Array> = {
  chunk: (value, recording) => recording.write(value),
}
