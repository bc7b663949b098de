import type { Ending, ReceiptDetails, Recording, SignedReceipt } from './details.ts'
import type { CounterfoilError } from './errors.ts'
import type { FlushResult, OutboxStore } from './outbox/delivery.ts'
import type { Events } from './outbox/events.ts'
import type { Fetch, ReadableStreamLike } from './platform.ts'
import type { Reservation, Usage } from './portal/portal.ts'
import type { SigningKey } from './sign/signing-key.ts'
import type { Follower, Reader, Receipted, TapOptions } from './stream/tap.ts'
import type { CheckedReceipt, VerifyOptions } from './verify/verify-receipt.ts'

/** The options of `createCounterfoil`. */
export interface CounterfoilOptions {
  /** The portal's address: `https://receipts.example`. */
  portal: string
  /** Your issuer's slug in the portal. */
  issuer: string
  /** The Ed25519 private key whose public half is published under your issuer. */
  signingKey: SigningKey
  /** The portal's API key: `cfl_live_…` or `cfl_test_…`. */
  apiKey: string
  /** The store of waiting receipts: memory by default, a file with `createDiskStore(file)`. */
  outbox?: OutboxStore | undefined
  /** Details of all receipts. The details of a single receipt override them. */
  defaults?: TapOptions | undefined
  /** With more bytes of waiting receipts, `sign` throws `outbox_full`. 64 MiB by default. */
  waitingBytesMax?: number | undefined
  /** Is called with each failure that no direct call throws; a listener of the event `error`. */
  onError?: ((error: CounterfoilError) => void) | undefined
  /** The platform's `fetch` by default; another one for proxies and tests. */
  fetch?: Fetch | undefined
  /** The time in milliseconds since 1970; `Date.now` by default. */
  now?: (() => number) | undefined
}

/** A finished answer, with the details and the ending for its receipt. */
export interface SignInput extends ReceiptDetails, Ending {
  /** The answer as the user got it: text, or the exact bytes. */
  output: string | Uint8Array
}

/** The function `tap`: gives a `ReadableStream` for a `ReadableStream`, else an iterator. */
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

/** Signs receipts for one issuer with one signing key, and sends them: see `createCounterfoil`. */
export interface Counterfoil {
  /**
   * Signs a finished answer. Resolves when the outbox has the receipt, before any request. Rejects
   * with a `CounterfoilError`.
   */
  sign(input: SignInput): Promise<SignedReceipt>
  /**
   * Records an answer that you hand out piece by piece yourself.
   *
   * @example
   * const recording = counterfoil.record({ model: 'mine' })
   * recording.write('Hello')
   * const { verifyUrl } = await recording.finish({ end: 'stop' })
   */
  record(details?: ReceiptDetails): Recording
  /** Another name of `sign`, which other services use. */
  signAIOutput(input: SignInput): Promise<SignedReceipt>
  /**
   * Adds a promise of a receipt to a stream of text or bytes; for other chunks, `reader` writes
   * each chunk's content to the recording. Never throws, never waits, changes no chunk, reads
   * nothing ahead.
   *
   * @example
   * const stream = counterfoil.tap(source(), { model: 'mine' })
   * for await (const piece of stream) send(piece)
   * const signed = await stream.receipt // { receiptId, verifyUrl, … } or null
   */
  tap: Tap
  /**
   * The part of `tap` for streams with another shape: call the follower for each chunk. Never
   * throws.
   */
  follow<T>(options: TapOptions, reader: Reader<T>): Follower<T>
  /**
   * Reserves `count` (1) places under the cap for `ttlSeconds` (600), so that a full cap is known
   * before the first token. Throws `cap_exceeded`, `portal_refused` or `portal_unreachable`.
   */
  reserve(options?: { count?: number; ttlSeconds?: number }): Promise<Reservation>
  /** Gives reserved places back. Throws `portal_refused` or `portal_unreachable`. */
  release(reservation: string): Promise<void>
  /** The API key's usage in this month. Throws `portal_refused` or `portal_unreachable`. */
  usage(): Promise<Usage & { period: string }>
  /**
   * Sends the waiting receipts now. Resolves when all are sent, when the remaining ones wait for a
   * cap, when the portal refuses the API key, or after `timeoutMs` (30,000). With `parked`,
   * receipts that wait for a cap are sent too, for example after the cap was raised. Throws
   * `outbox_in_use` or `outbox_unusable`.
   */
  flush(options?: { timeoutMs?: number; parked?: boolean }): Promise<FlushResult>
  /**
   * Ends sending. A request under way has `timeoutMs` (2,000) left. Receipts that wait in memory
   * are lost: call `flush` first. Receipts that wait on disk are sent by the next process.
   */
  close(options?: { timeoutMs?: number }): Promise<void>
  /**
   * Adds a listener for an event of `OutboxEvents`, and gives a function that removes it.
   *
   * @example
   * const stopListening = counterfoil.on('stored', ({ receiptId }) => log(receiptId))
   */
  on: Events['on']
  receipts: {
    /** Fetches a receipt of this portal by its id or link, and verifies it: see `verifyReceipt`. */
    get(receipt: string, options?: VerifyOptions): Promise<CheckedReceipt>
  }
}
