import { isAbort, type Follower } from './tap.ts'

/** The same chunks, at the same time, with the same errors; the follower sees them go by. */
export function followIterable<T>(
  source: AsyncIterable<T>,
  follower: Follower<T>,
): AsyncIterableIterator<T> {
  // Asked for when the first chunk is: a source may begin its work with this.
  let opened: AsyncIterator<T> | null = null
  const open = (): AsyncIterator<T> => (opened ??= source[Symbol.asyncIterator]())
  return {
    [Symbol.asyncIterator]() {
      return this
    },
    async next(...values: [] | [unknown]) {
      let result: IteratorResult<T>
      try {
        result = await open().next(...(values as []))
      } catch (error) {
        cut(follower, error)
        throw error
      }
      if (result.done === true) follower.end()
      else follower.chunk(result.value)
      return result
    },
    async return(value?: unknown) {
      // First, because a source may take its time to end: what was handed on is known now.
      follower.abort()
      const inner = open()
      return inner.return === undefined ? { done: true, value } : inner.return(value)
    },
    async throw(error?: unknown) {
      follower.abort()
      const inner = open()
      if (inner.throw === undefined) throw error
      return inner.throw(error)
    },
  }
}

/**
 * As `followIterable`. Nothing is read ahead: what was never asked for is in no receipt. What comes
 * out can't be read into a buffer of the reader's own (`byob`), as any stream of chunks.
 */
export function followReadable<T>(
  source: ReadableStream<T>,
  follower: Follower<T>,
): ReadableStream<T> {
  const reader = source.getReader()
  return new ReadableStream<T>(
    {
      async pull(controller) {
        let result: ReadableStreamReadResult<T>
        try {
          result = await reader.read()
        } catch (error) {
          cut(follower, error)
          controller.error(error)
          return
        }
        if (result.done) {
          follower.end()
          close(controller)
        } else {
          follower.chunk(result.value)
          controller.enqueue(result.value)
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

function cut(follower: Follower<never>, error: unknown): void {
  if (isAbort(error)) follower.abort()
  else follower.fail()
}

function close(controller: ReadableStreamDefaultController<unknown>): void {
  try {
    controller.close()
  } catch {
    // Whoever read it cancelled it in this very moment.
  }
}
