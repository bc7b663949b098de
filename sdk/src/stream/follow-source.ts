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
 * As `followIterable`. Nothing is read ahead: what was never asked for is in no receipt. A stream of
 * bytes, as a response's body is one, stays one: it can be read into buffers of the reader's own.
 */
export function followReadable<T>(
  source: ReadableStream<T>,
  follower: Follower<T>,
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
      close(controller)
      // The buffer that was lent for this read is given back.
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

/** Only a stream of bytes lends itself to this kind of reader. */
function isOfBytes(source: ReadableStream): boolean {
  try {
    source.getReader({ mode: 'byob' }).releaseLock()
    return true
  } catch {
    return false
  }
}

/** A reader of either kind, which is changed where the stream's reader does so. */
function openReader<T>(source: ReadableStream<T>): {
  /** The next chunk as it is, or of a stream of bytes no more than `bytesMax`. */
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
