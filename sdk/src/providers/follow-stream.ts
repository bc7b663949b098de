import type { FollowedAnswer } from './follow-answer.ts'
import { followIterable } from '../stream/follow-source.ts'
import type { Follower, Receipted } from '../stream/tap.ts'

/** A stream object of a provider's package, told by what it can do: no package is imported. */
export interface ProviderStream {
  controller: AbortController
  [Symbol.asyncIterator](): AsyncIterator<unknown>
}

/** The kind that pushes its events to listeners as well. */
interface EventStream extends ProviderStream {
  on(event: string, listener: (value: unknown) => void): unknown
  aborted: boolean
  errored: boolean
}

/**
 * The same object, still with all it could do, and with a `receipt`. `events` are the names under
 * which a stream with listeners tells its chunks.
 */
export function followStream<S extends ProviderStream>(
  stream: S,
  { answer, follower }: FollowedAnswer<unknown>,
  events: string[],
): S & Receipted {
  const told: Follower<unknown> = {
    ...follower,
    // A reader who leaves after the last word has had all of it.
    abort: () => (answer.isFinished() ? follower.end() : follower.abort()),
    // These streams end without an error when their controller aborts them.
    end: () =>
      stream.controller.signal.aborted && !answer.isFinished() ? follower.abort() : follower.end(),
    fail: () =>
      isEventStream(stream) && stream.aborted && !answer.isFinished()
        ? follower.abort()
        : follower.fail(),
  }
  if (isEventStream(stream)) followEvents(stream, told, events)
  else followPulls(stream, told)
  return Object.assign<S, Receipted>(stream, { receipt: follower.receipt })
}

const isEventStream = (stream: ProviderStream): stream is EventStream =>
  'on' in stream && typeof stream.on === 'function'

/** `tee()` and `toReadableStream()` take their chunks from the same place as `for await`. */
function followPulls(stream: ProviderStream, follower: Follower<unknown>): void {
  const holder = stream as ProviderStream & { iterator?: () => AsyncIterator<unknown> }
  const own = (holder.iterator ?? holder[Symbol.asyncIterator]).bind(stream)
  const followed = (): AsyncIterator<unknown> =>
    followIterable({ [Symbol.asyncIterator]: own }, follower)
  if (holder.iterator === undefined) define(stream, followed)
  else holder.iterator = followed
}

/**
 * Whoever iterates is given what the loop took; with listeners alone, what arrived. No listener for
 * `error` or `abort` is added: it would keep the stream from raising what nobody handles.
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
