import { quietly } from '../quietly.ts'
import { isAbort, type Follower } from './tap.ts'

/** Sees the chunks of a stream and its end. */
type Watcher<T> = Omit<Follower<T>, 'receipt'>

/** Passes on each chunk and error without delay; the follower sees each before the reader. */
export function followIterable<T>(
  source: AsyncIterable<T>,
  follower: Watcher<T>,
): AsyncIterableIterator<T> {
  // The iterator opens with the first chunk, because opening may begin the source's work.
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
      // The follower ends first: the source may end slowly, and all handed-on chunks are known now.
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
 * As `followIterable`. Nothing is read ahead, because a receipt covers only chunks that the reader
 * requested. A stream of bytes, such as a response's body, still supports BYOB readers.
 */
export function followReadable<T>(
  source: ReadableStream<T>,
  follower: Watcher<T>,
): ReadableStream<T> {
  const type = isOfBytes(source) ? 'bytes' : undefined
  const reader = openReader(source)

  async function pull(controller: Controller<T>): Promise<void> {
    const request = controller.byobRequest ?? null
    let result: ReadableStreamReadResult<T>
    try {
      result = await reader.read(request?.view?.byteLength)
    } catch (error) {
      cut(follower, error)
      controller.error(error)
      return
    }
    if (result.done) {
      follower.end()
      // `close` throws if the reader cancelled the stream in the meantime.
      quietly(() => controller.close())
      // The reader gets back the buffer that it gave for this read.
      request?.respond(0)
      return
    }
    follower.chunk(result.value)
    if (request === null) controller.enqueue(result.value)
    else fill(request, result.value as Uint8Array)
  }

  function cancel(reason: unknown): Promise<void> {
    follower.abort()
    return reader.cancel(reason)
  }

  const followed = { type, pull, cancel } as UnderlyingDefaultSource<T>
  return new ReadableStream<T>(followed, { highWaterMark: 0 })
}

type Controller<T> = ReadableStreamDefaultController<T> & {
  byobRequest?: ReadableStreamBYOBRequest | null
}

/** Only a stream of bytes gives a BYOB reader. */
function isOfBytes(source: ReadableStream): boolean {
  try {
    source.getReader({ mode: 'byob' }).releaseLock()
    return true
  } catch {
    return false
  }
}

/** A reader that changes between default and BYOB as the followed stream's own reader does. */
function openReader<T>(source: ReadableStream<T>): {
  /** Reads the next chunk. `bytesMax` limits it, for streams of bytes only. */
  read(bytesMax?: number): Promise<ReadableStreamReadResult<T>>
  cancel(reason: unknown): Promise<void>
} {
  let chunks: ReadableStreamDefaultReader<T> | null = source.getReader()
  let bytes: ReadableStreamBYOBReader | null = null
  return {
    read(bytesMax) {
      if (bytesMax === undefined) {
        bytes?.releaseLock()
        bytes = null
        return (chunks ??= source.getReader()).read()
      }
      chunks?.releaseLock()
      chunks = null
      bytes ??= source.getReader({ mode: 'byob' })
      return bytes.read(new Uint8Array(bytesMax)) as Promise<ReadableStreamReadResult<T>>
    },
    cancel: (reason) => (chunks ?? bytes)!.cancel(reason),
  }
}

function fill(request: ReadableStreamBYOBRequest, bytes: Uint8Array): void {
  const { buffer, byteOffset, byteLength } = request.view!
  new Uint8Array(buffer, byteOffset, byteLength).set(bytes)
  request.respond(bytes.length)
}

/** Tells the follower of an error of the source: the reader aborted, or the provider failed. */
export function cut(follower: Watcher<never>, error: unknown): void {
  if (isAbort(error)) follower.abort()
  else follower.fail()
}
