import type { Ending, LateDetails, ReceiptDetails, Recording, SignedReceipt } from '../details.ts'
import { asError, type CounterfoilError } from '../errors.ts'
import { quietly } from '../quietly.ts'

/** The details of a stream's receipt, and the rules for a stream that is cut short. */
export interface TapOptions extends ReceiptDetails {
  /**
   * An answer that was cut short or failed gets a receipt that says so (`sign`), or none (`skip`).
   */
  partial?: 'sign' | 'skip' | undefined
  /** Is called with each failure beside this stream; the event `error` has it too. */
  onError?: ((error: CounterfoilError) => void) | undefined
}

/** The receipt of a stream; null if none was signed (`skip`, or the event `error` says why). */
export interface Receipted {
  receipt: Promise<SignedReceipt | null>
}

/** Follows one stream. The methods never throw, because a failure must not break the stream. */
export interface Follower<T> extends Receipted {
  /** Call it with each chunk, before the reader gets the chunk. */
  chunk(value: T): void
  /** Call it when the stream came to its own end. */
  end(): void
  /** Call it when the reader left: the receipt covers the handed-on chunks. */
  abort(): void
  /** Call it when the provider failed. */
  fail(): void
}

/** Reads one kind of stream. `chunk` writes the signed content of a chunk to the recording. */
export interface Reader<T> {
  chunk(value: T, recording: Recording): void
  /**
   * Is called at the stream's end, also at a cut. May still write. Gives the facts about the end.
   */
  end?(recording: Recording, cut: Cut): Ended
}

/** The reason why a stream was cut short; null if the stream came to its own end. */
export type Cut = 'aborted' | 'error' | null

/** A stream's end, as its reader found it. */
export interface Ended extends Ending {
  late?: LateDetails | undefined
  /** The recording to sign, if the reader wrote one of its own. */
  instead?: Recording | undefined
  /** True: `status` and `end` already consider the cut, and stay as they are. */
  isDecided?: boolean | undefined
}

/** Follows one stream into `recording`. `report` gets each failure. Never throws. */
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
      // Without this piece the digest would not match the text that the reader saw.
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

/**
 * An aborted answer is `partial`, a failed one too; a failure before the first chunk is `failed`.
 */
export const endingOf = (cut: 'aborted' | 'error', chunks: number): Ending => ({
  status: cut === 'error' && chunks === 0 ? 'failed' : 'partial',
  end: cut,
})

/**
 * Whether an error is that of an aborted `fetch`: the reader left, and the provider did not fail.
 */
export const isAbort = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'name' in error && error.name === 'AbortError'

/** The follower of a stream that can't be followed, and goes on without a receipt. */
export const followNothing = <T>(): Follower<T> => ({
  receipt: Promise.resolve(null),
  chunk: () => undefined,
  end: () => undefined,
  abort: () => undefined,
  fail: () => undefined,
})

/** Reads a stream of plain text and bytes. */
export const plainReader: Reader<string | Uint8Array> = {
  chunk: (value, recording) => recording.write(value),
}
