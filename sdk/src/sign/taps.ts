import type { Counterfoil, Tap } from '../counterfoil.ts'
import type { ReceiptDetails, Recording } from '../details.ts'
import { asError, type CounterfoilError } from '../errors.ts'
import type { Outbox } from '../outbox/outbox.ts'
import { quietly } from '../quietly.ts'
import { followIterable, followReadable } from '../stream/follow-source.ts'
import {
  createFollower,
  followNothing,
  plainReader,
  type Follower,
  type Reader,
  type TapOptions,
} from '../stream/tap.ts'

/** Makes `tap` and `follow` of a Counterfoil, which never throw. */
export function createTaps(
  outbox: Outbox,
  record: (details: ReceiptDetails) => Recording,
  defaults: TapOptions,
): Pick<Counterfoil, 'tap' | 'follow'> {
  function follow<T>(details: TapOptions, reader: Reader<T>): Follower<T> {
    const report = (error: CounterfoilError): void => {
      outbox.report(error)
      quietly(() => details.onError?.(error))
    }
    try {
      const partial = details.partial ?? defaults.partial ?? 'sign'
      return createFollower({ recording: record(details), reader, partial, report })
    } catch (thrown) {
      report(asError('tap_failed', 'The stream can’t be followed', thrown))
      return followNothing()
    }
  }

  function tap<T>(
    stream: AsyncIterable<T> | ReadableStream<T>,
    details: TapOptions & { reader?: Reader<T> } = {},
  ) {
    const follower = follow(details, details.reader ?? (plainReader as Reader<T>))
    // `instanceof` would miss a stream of another realm, which has another class.
    const followed =
      'getReader' in stream && !stream.locked
        ? followReadable(stream, follower)
        : followIterable(stream as AsyncIterable<T>, follower)
    return Object.assign(followed, { receipt: follower.receipt })
  }

  return { tap: tap as Tap, follow }
}
