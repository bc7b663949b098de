import { randomBytes } from '@noble/hashes/utils.js'
import type { FlushResult, OutboxStore } from '../outbox/delivery.ts'
import type { Ending, ReceiptDetails, Recording, SignedReceipt } from '../details.ts'
import { defined } from '../defined.ts'
import { asError, CounterfoilError } from '../errors.ts'
import { quietly, type Events } from '../outbox/events.ts'
import { followIterable, followReadable } from '../stream/follow-source.ts'
import { createMemoryStore } from '../outbox/memory-store.ts'
import { createOutbox } from '../outbox/outbox.ts'
import type { Fetch, ReadableStreamLike } from '../platform.ts'
import { createPortal, type Reservation, type Usage } from '../portal/portal.ts'
import { startRecording } from './recording.ts'
import { readSigningKey, type SigningKey } from './signing-key.ts'
import {
  createFollower,
  followNothing,
  plainReader,
  type Follower,
  type Reader,
  type Receipted,
  type TapOptions,
} from '../stream/tap.ts'
import type { CheckedReceipt, VerifyOptions } from '../verify/verify-receipt.ts'

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

const WAITING_BYTES_MAX = 64 * 1024 * 1024

/**
 * Signs receipts for one issuer and sees that they arrive. Make one for the program, not for each
 * request. Throws `invalid_option` or `invalid_signing_key`.
 *
 * @example
 * const counterfoil = createCounterfoil({
 *   portal: 'https://receipts.example',
 *   issuer: 'acme',
 *   signingKey: readFileSync('signing-key.pem', 'utf8'),
 *   apiKey: 'cfl_live_…',
 * })
 * const { receiptId, verifyUrl } = await counterfoil.sign({ output: text, model: 'gpt-5' })
 */
export function createCounterfoil(options: CounterfoilOptions): Counterfoil {
  const url = readPortalUrl(options.portal)
  if (!/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(options.issuer))
    throw invalid('issuer', 'must be your issuer’s slug in the portal, as in “acme”')
  if (!/^cfl_(?:live|test)_/.test(options.apiKey))
    throw invalid('apiKey', 'must be an API key of the portal: cfl_live_… or cfl_test_…')
  const signer = readSigningKey(options.signingKey)
  const now = options.now ?? Date.now
  const portal = createPortal({
    url,
    apiKey: options.apiKey,
    // Called on nothing: some platforms' own refuses to be called on another object.
    fetch: options.fetch ?? ((...given) => fetch(...given)),
    now: safely(now),
  })
  const outbox = createOutbox({
    store: options.outbox ?? createMemoryStore(),
    portal,
    waitingBytesMax: options.waitingBytesMax ?? WAITING_BYTES_MAX,
    now: safely(now),
    random: Math.random,
  })
  if (options.onError !== undefined) outbox.on('error', options.onError)
  const ctx = { issuer: options.issuer, signer, outbox, portalUrl: url, now, randomBytes }

  const record = (details: ReceiptDetails = {}): Recording =>
    startRecording(ctx, { ...options.defaults, ...defined(details) })

  function follow<T>(details: TapOptions, reader: Reader<T>): Follower<T> {
    const report = (error: CounterfoilError): void => {
      outbox.report(error)
      quietly(() => details.onError?.(error))
    }
    try {
      const partial = details.partial ?? options.defaults?.partial ?? 'sign'
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
    // By what it can do: a stream of another realm is no instance of ours.
    const followed =
      'getReader' in stream && !stream.locked
        ? followReadable(stream, follower)
        : followIterable(stream as AsyncIterable<T>, follower)
    return Object.assign(followed, { receipt: follower.receipt })
  }

  async function sign({ output, status, end, ...details }: SignInput): Promise<SignedReceipt> {
    let recording: Recording
    try {
      recording = record(details)
      recording.write(output)
    } catch (thrown) {
      throw asError('signing_failed', 'The receipt can’t be signed', thrown)
    }
    return recording.finish({ status, end })
  }

  return {
    sign,
    signAIOutput: sign,
    record,
    tap: tap as Tap,
    follow,
    reserve: ({ count = 1, ttlSeconds = 600 } = {}) => portal.reserve({ count, ttlSeconds }),
    release: (reservation) => portal.release(reservation),
    usage: () => portal.usage(),
    flush: (given) => outbox.flush(given),
    close: (given) => outbox.close(given),
    on: outbox.on,
    receipts: {
      async get(receipt, given) {
        // Whoever only signs doesn't load what only verifies.
        const { verifyReceipt } = await import('../verify/verify-receipt.ts')
        const { fetch } = options
        return verifyReceipt({ ...given, receipt, portal: url, fetch, now: safely(now) })
      },
    },
  }
}

function readPortalUrl(portal: string): string {
  const url = URL.canParse(portal) ? new URL(portal) : null
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '')
    throw invalid('portal', 'must be the portal’s address, as in https://receipts.example')
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '')
}

const invalid = (option: string, why: string): CounterfoilError =>
  new CounterfoilError('invalid_option', `The option ${option} ${why}.`)

/** For what must go on whatever happens: a clock of your own that fails is replaced by the system's. */
const safely = (now: () => number) => (): number => {
  try {
    const ms = now()
    return Number.isFinite(ms) ? ms : Date.now()
  } catch {
    return Date.now()
  }
}
