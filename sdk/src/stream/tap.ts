import type { Ending, LateDetails, ReceiptDetails, Recording, SignedReceipt } from '../details.ts'
import { asError, type CounterfoilError } from '../errors.ts'
import { quietly } from '../quietly.ts'

/** What a receipt says, and what becomes of it where its stream is cut short. */
export interface TapOptions extends ReceiptDetails {
  /** What becomes of an answer that was cut short, or failed: `sign` (the default) says so, `skip`. */
  partial?: 'sign' | 'skip' | undefined
  /** What goes wrong beside this one stream; it is the event `error` as well. */
  onError?: ((error: CounterfoilError) => void) | undefined
}

/** A stream as it was, and what came of it. `null`: none was signed (skipped, or see the error event). */
export interface Receipted {
  receipt: Promise<SignedReceipt | null>
}

/** Follows one stream. Its methods never throw: a failing receipt must not break the stream. */
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
  /** At its end, however it came: what is known of it by then. May still write. */
  end?(recording: Recording, cut: Cut): Ended
}

/** What ended a stream before its own end, if anything did. */
export type Cut = 'aborted' | 'error' | null

/** How a stream ended, in the words of whoever made it. */
export interface Ended extends Ending {
  late?: LateDetails | undefined
  /** What is to be signed, where the reader has written a recording of its own. */
  instead?: Recording | undefined
  /** The reader has taken the cut into account: its word is the last. */
  isDecided?: boolean | undefined
}

export function createFollower<T>(options: {
  recording: Recording
  reader: Reader<T>
  partial: 'sign' | 'skip'
  report: (error: CounterfoilError) => void
}): Follower<T> {
  const { recording, reader } = options
  let isBroken = false
  let isOver = false
  let settle: (receipt: SignedReceipt | null | Promise<SignedReceipt | null>) => void
  const receipt = new Promise<SignedReceipt | null>((resolve) => (settle = resolve))

  const report = (error: CounterfoilError): void => quietly(() => options.report(error))

  function attempt(work: () => void): void {
    try {
      work()
    } catch (thrown) {
      // Without this piece the digest would be of a text that nobody saw.
      isBroken = true
      report(
        asError('tap_failed', 'The stream can’t be followed: it goes on without a receipt', thrown),
      )
    }
  }

  function over(cut: Cut): void {
    if (isOver) return
    isOver = true
    let ended: Ended = {}
    if (!isBroken) attempt(() => (ended = reader.end?.(recording, cut) ?? {}))
    const { late, instead = recording, isDecided = false, ...told } = ended
    const isCut = cut !== null && !isDecided
    const ending = isCut ? endingOf(cut, late?.chunks ?? instead.chunks) : told
    const isWhole = ending.status === undefined || ending.status === 'complete'
    if (isBroken || (!isWhole && options.partial === 'skip')) settle(null)
    else
      settle(
        instead.finish(ending, late).catch((thrown: unknown) => {
          report(asError('signing_failed', 'The receipt could not be signed', thrown))
          return null
        }),
      )
  }

  return {
    receipt,
    chunk(value) {
      if (!isBroken && !isOver) attempt(() => reader.chunk(value, recording))
    },
    end: () => over(null),
    abort: () => over('aborted'),
    fail: () => over('error'),
  }
}

/** Who went away had what was handed on; of a failure that was nothing there is nothing partial. */
export const endingOf = (cut: 'aborted' | 'error', chunks: number): Ending => ({
  status: cut === 'error' && chunks === 0 ? 'failed' : 'partial',
  end: cut,
})

/** What an aborted `fetch` throws: nobody failed, somebody left. */
export const isAbort = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'name' in error && error.name === 'AbortError'

/** For a stream that can't be followed at all: it goes on without a receipt. */
export const followNothing = <T>(): Follower<T> => ({
  receipt: Promise.resolve(null),
  chunk: () => undefined,
  end: () => undefined,
  abort: () => undefined,
  fail: () => undefined,
})

/** Text and bytes as they are: what a stream without a provider's shape consists of. */
export const plainReader: Reader<string | Uint8Array> = {
  chunk: (value, recording) => recording.write(value),
}
