import type { Ending, ReceiptDetails, Recording, SignedReceipt } from './details.ts'
import type { CounterfoilError } from './errors.ts'
import type { FlushResult, OutboxStore } from './outbox/delivery.ts'
import type { Events } from './outbox/events.ts'
import type { Fetch, ReadableStreamLike } from './platform.ts'
import type { Reservation, Usage } from './portal/portal.ts'
import type { SigningKey } from './sign/signing-key.ts'
import type { Follower, Reader, Receipted, TapOptions } from './stream/tap.ts'
import type { CheckedReceipt, VerifyOptions } from './verify/verify-receipt.ts'

/** What `createCounterfoil` takes. */
export interface CounterfoilOptions {
  /** The portal's address: `https://receipts.example`. */
  portal: string
  /** Your issuer's slug there. */
  issuer: string
  /** The Ed25519 private key whose public half is published under your issuer. */
  signingKey: SigningKey
  /** `cfl_live_…` or `cfl_test_…`. */
  apiKey: string
  /** Where receipts wait for the portal: in memory by default, on disk by `createDiskStore(file)`. */
  outbox?: OutboxStore | undefined
  /** What is the same for all of your receipts. */
  defaults?: TapOptions | undefined
  /** Bytes of receipts that may wait before `sign` says `outbox_full`. 64 MiB by default. */
  waitingBytesMax?: number | undefined
  /** Everything that goes wrong beside a stream; also the event `error`. */
  onError?: ((error: CounterfoilError) => void) | undefined
  fetch?: Fetch | undefined
  /** Milliseconds since 1970. */
  now?: (() => number) | undefined
}

/** A finished answer, and what its receipt says of it. */
export interface SignInput extends ReceiptDetails, Ending {
  /** What the user got: text, or the exact bytes. */
  output: string | Uint8Array
}

/** A `ReadableStream` gives one, any other iterable gives an iterator. */
export interface Tap {
  <S extends ReadableStreamLike<T>, T = string | Uint8Array>(
    stream: S,
    options?: TapOptions & { reader?: Reader<T> },
  ): S & Receipted
  <T = string | Uint8Array>(
    stream: AsyncIterable<T>,
    options?: TapOptions & { reader?: Reader<T> },
  ): AsyncIterableIterator<T> & Receipted
}

/** Signs receipts for one issuer with one key, and sees that they arrive: see `createCounterfoil`. */
export interface Counterfoil {
  /** Signs a finished answer. No request is made before it resolves. Throws a `CounterfoilError`. */
  sign(input: SignInput): Promise<SignedReceipt>
  /** For an answer that you hand out piece by piece yourself. */
  record(details?: ReceiptDetails): Recording
  /** The same under the name that other services know it by. */
  signAIOutput(input: SignInput): Promise<SignedReceipt>
  /**
   * The stream as it is, with a promise of its receipt: text, bytes, or anything for which `reader`
   * says what its chunks hold. Never throws, never waits, changes no chunk, reads nothing ahead.
   */
  tap: Tap
  /** The part of `tap` for streams that have a shape of their own. Never throws either. */
  follow<T>(options: TapOptions, reader: Reader<T>): Follower<T>
  /** Holds places, so that a full cap is known before the first token. Throws `cap_exceeded`. */
  reserve(options?: { count?: number; ttlSeconds?: number }): Promise<Reservation>
  release(reservation: string): Promise<void>
  usage(): Promise<Usage & { period: string }>
  /**
   * Tries at once, and waits until nothing is left to send, or only what a cap holds back, or the
   * portal refuses the API key, or `timeoutMs` (30,000) have passed. `parked` tries what a cap held
   * back too, as after the cap was raised. Throws `outbox_in_use` or `outbox_unusable`.
   */
  flush(options?: { timeoutMs?: number; parked?: boolean }): Promise<FlushResult>
  /**
   * Ends sending; `timeoutMs` (2,000) is how long a request under way may take. What waits in memory
   * is lost: `flush` first. What waits on disk is sent by the next process.
   */
  close(options?: { timeoutMs?: number }): Promise<void>
  on: Events['on']
  receipts: {
    /** A receipt of this portal by its id or link, verified here: see `verifyReceipt`. */
    get(receipt: string, options?: VerifyOptions): Promise<CheckedReceipt>
  }
}
