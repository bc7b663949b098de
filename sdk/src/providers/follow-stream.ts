import type { FollowedAnswer } from './follow-answer.ts'
import { followIterable } from '../stream/follow-source.ts'
import type { Follower, Receipted } from '../stream/tap.ts'

/** A stream of a provider's package, recognised by its members, so that no package is imported. */
export interface ProviderStream {
  controller: AbortController
  [Symbol.asyncIterator](): AsyncIterator<unknown>
}

/** A stream that also pushes its events to listeners. */
interface EventStream extends ProviderStream {
  on(event: string, listener: (value: unknown) => void): unknown
  aborted: boolean
  errored: boolean
}

/**
 * Follows a stream, and adds `receipt` to the same object. `events` are the names of the events
 * that carry the chunks of a stream with listeners.
 */
export function followStream<S extends ProviderStream>(
  stream: S,
  { answer, follower }: FollowedAnswer<unknown>,
  events: string[],
): S & Receipted {
  const told: Follower<unknown> = {
    ...follower,
    // A reader who leaves after the finish reason has had the whole answer.
    abort: () => (answer.isFinished() ? follower.end() : follower.abort()),
    // A stream ends without an error when its controller aborts it.
    end: () =>
      stream.controller.signal.aborted && !answer.isFinished() ? follower.abort() : follower.end(),
    fail: () =>
      isEventStream(stream) && stream.aborted && !answer.isFinished()
        ? follower.abort()
        : follower.fail(),
  }
  if (isEventStream(stream)) followEvents(stream, told, events)
  else wrapIterator(stream, (source) => followIterable(source, told))
  return Object.assign<S, Receipted>(stream, { receipt: follower.receipt })
}

const isEventStream = (stream: ProviderStream): stream is EventStream =>
  'on' in stream && typeof stream.on === 'function'

/**
 * Puts `wrap` around a stream's iterator. A stream of the `openai` package has a field `iterator`,
 * which is replaced because `tee()` and `toReadableStream()` take their chunks from it too.
 */
export function wrapIterator(
  stream: ProviderStream,
  wrap: (source: AsyncIterable<unknown>) => AsyncIterator<unknown>,
): void {
  const holder = stream as ProviderStream & { iterator?: () => AsyncIterator<unknown> }
  const own = (holder.iterator ?? holder[Symbol.asyncIterator]).bind(stream)
  const wrapped = (): AsyncIterator<unknown> => wrap({ [Symbol.asyncIterator]: own })
  if (holder.iterator === undefined) define(stream, wrapped)
  else holder.iterator = wrapped
}

/**
 * A loop's receipt covers the chunks that the loop took; with listeners alone, the receipt covers
 * all chunks that arrived. No listener for `error` or `abort` is added, because the stream would
 * then hide errors that the caller leaves unhandled.
 */
function followEvents(stream: EventStream, follower: Follower<unknown>, events: string[]): void {
  let isPushed = false
  let isPulled = false
  const own = stream[Symbol.asyncIterator].bind(stream)
  for (const event of events)
    stream.on(event, (value) => {
      if (isPulled) return
      isPushed = true
      follower.chunk(value)
    })
  stream.on('end', () => {
    if (isPulled) return
    if (stream.aborted || stream.errored) follower.fail()
    else follower.end()
  })
  define(stream, () => {
    isPulled = !isPushed
    return isPulled ? followIterable({ [Symbol.asyncIterator]: own }, follower) : own()
  })
}

const define = (stream: ProviderStream, iterate: () => AsyncIterator<unknown>): void => {
  Object.defineProperty(stream, Symbol.asyncIterator, { value: iterate, configurable: true })
}
