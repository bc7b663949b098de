import { encodeUtf8 } from '../receipt/bytes.ts'
import type { Counterfoil } from '../sign/counterfoil.ts'
import type { SignedReceipt } from '../details.ts'
import { openSource, type Input, type StreamSource } from './open-source.ts'
import { createTextTaker, type Piece } from './pieces.ts'
import { releasePlace, reservePlace, type Place } from './reserve-place.ts'
import { registerStream } from './stop-stream.ts'
import type { Follower, Receipted, TapOptions } from './tap.ts'
import { startTimer } from '../timer.ts'

/** What a receipt says, and how its answer is sent. Times are in milliseconds. */
export interface ReceiptStreamOptions<T = unknown> extends TapOptions {
  /** The text that a chunk shows to the reader; by default it is found by the chunk's shape. */
  text?: ((chunk: T) => string | null | undefined) | undefined
  /** Stops the answer as a reader's Stop does: usually the request's own signal. */
  signal?: AbortSignal | undefined
  /** Asks for a place under the API key's cap before the model is called. */
  reserve?: boolean | undefined
  /** How long that may take before the answer goes on without it, in milliseconds; 2,000 by default. */
  reserveMsMax?: number | undefined
  /**
   * When the cap is used up: `continue` (the default) answers without a receipt and says so at the
   * end; `refuse` calls no model and answers 402.
   */
  onCapExceeded?: 'refuse' | 'continue' | undefined
  /** A comment is sent after so long a silence, so that no proxy hangs up; 15,000 by default. */
  keepAliveMs?: number | undefined
  /** The provider failed: for your log. A text that it gives is sent to the reader as `message`. */
  onProviderError?: ((error: unknown) => unknown) | undefined
  /** Further headers of the answer. */
  headers?: Record<string, string> | undefined
}

/** Server-sent events as bytes, and what came of the receipt. */
export type ReceiptStream = ReadableStream<Uint8Array> & Receipted & { streamId: string }

/** What `receiptStream` needs of a Counterfoil. */
export type StreamSigner = Pick<Counterfoil, 'follow' | 'reserve' | 'release'>

type PlaceOptions = Pick<ReceiptStreamOptions, 'reserve' | 'reserveMsMax' | 'onCapExceeded'>

export const takePlace = (counterfoil: StreamSigner, options: PlaceOptions): Promise<Place> =>
  options.reserve === true
    ? reservePlace(counterfoil, options.reserveMsMax ?? 2_000)
    : Promise.resolve({ kind: 'unknown' })

/** Whether nothing is to be answered at all. */
export const isRefused = (place: Place, options: PlaceOptions): boolean =>
  place.kind === 'refused' && options.onCapExceeded === 'refuse'

type Turn<T> =
  | { kind: 'chunk'; result: IteratorResult<T, unknown> }
  | { kind: 'failed'; error: unknown }
  | { kind: 'quiet' }
  | { kind: 'woken' }

type Events = ReadableStreamDefaultController<Uint8Array>

const encodeEvent = (event: object): Uint8Array => encodeUtf8(`data: ${JSON.stringify(event)}\n\n`)

export function startStream<T>(
  counterfoil: StreamSigner,
  source: StreamSource<T>,
  options: ReceiptStreamOptions<T>,
  taken: Place | null,
): ReceiptStream {
  const model = new AbortController()
  const { streamId, forget } = registerStream(stopFromOutside)
  const text = createTextTaker(options.text)
  let place = taken
  let input: Input<T> | null = null
  let follower: Follower<string> | null = null
  let reading: Promise<Turn<T>> | null = null
  let wake: ((turn: Turn<T>) => void) | null = null
  let isAsked = false
  let isStopped = false
  let isOver = false
  const hasStopped = (): boolean => isStopped
  let settle: (receipt: SignedReceipt | null | Promise<SignedReceipt | null>) => void
  const receipt = new Promise<SignedReceipt | null>((resolve) => (settle = resolve))
  if (options.signal?.aborted === true) stop()
  else options.signal?.addEventListener('abort', stop, { once: true })

  function stop(): void {
    if (isStopped || isOver) return
    isStopped = true
    // First: what the source still says while it ends was never sent, and is in no receipt.
    if (input === null) follower = null
    follower?.abort()
    leave()
    model.abort()
    input?.cancel()
    wake?.({ kind: 'woken' })
  }

  /**
   * A reader's Stop comes with a request of its own. Where requests are kept apart, as in a worker at
   * the edge, what that one began would end with it, the signature too: so this stream's own does it.
   */
  function stopFromOutside(): void {
    if (wake === null) stop()
    else {
      isAsked = true
      wake({ kind: 'woken' })
    }
  }

  /** From here on the receipt is what it is. */
  function leave(): void {
    forget()
    options.signal?.removeEventListener('abort', stop)
    const signed = input?.tapped?.catch(() => null) ?? follower?.receipt ?? Promise.resolve(null)
    settle(signed)
    if (place?.kind !== 'held') return
    const { reservation } = place
    const isUnused = follower === null
    void signed.then((it) => {
      if (it === null || isUnused) releasePlace(counterfoil, reservation)
    })
  }

  /** Null: there is nothing to read, because it was stopped or refused. */
  async function open(): Promise<Input<T> | null> {
    place ??= await takePlace(counterfoil, options)
    if (hasStopped() && place.kind === 'held') releasePlace(counterfoil, place.reservation)
    if (hasStopped() || isRefused(place, options)) return null
    const reservation = place.kind === 'held' ? place.reservation : options.reservation
    const isSigned = place.kind !== 'refused'
    // Before the model is called, so that the time of the call is in the receipt.
    follower = isSigned ? follow({ ...detailsOf(options), reservation }) : null
    const opened = await openSource(source, model.signal)
    if (opened.tapped !== null) follower = null
    if (hasStopped()) {
      opened.cancel()
      return null
    }
    return (input = opened)
  }

  function follow(details: TapOptions): Follower<string> | null {
    try {
      return counterfoil.follow<string>(details, {
        chunk: (piece, recording) => recording.write(piece),
        end: () => ({ end: text.end() }),
      })
    } catch {
      // An answer without a receipt is better than none.
      return null
    }
  }

  async function read(): Promise<Turn<T>> {
    try {
      const opened = input ?? (await open())
      return opened === null ? { kind: 'woken' } : { kind: 'chunk', result: await opened.next() }
    } catch (error) {
      return { kind: 'failed', error }
    }
  }

  const nextTurn = (): Promise<Turn<T>> =>
    new Promise((resolve) => {
      const timer = startTimer(options.keepAliveMs ?? 15_000, () => resolve({ kind: 'quiet' }))
      const done = (turn: Turn<T>): void => {
        clearTimeout(timer)
        resolve(turn)
      }
      wake = done
      if (isStopped) {
        done({ kind: 'woken' })
        return
      }
      reading ??= read()
      void reading.then(done)
    })

  /** One event, or none if the chunk held no text: then the next one is asked for. */
  async function step(events: Events): Promise<boolean> {
    const turn = await nextTurn()
    wake = null
    if (isAsked) stop()
    if (isOver) return true
    if (turn.kind === 'quiet') {
      events.enqueue(encodeUtf8(': still here\n\n'))
      return true
    }
    reading = null
    if (isStopped || turn.kind === 'woken') return finish(events)
    if (turn.kind === 'failed') return fail(events, turn.error)
    if (turn.result.done === true) {
      send(events, text.rest())
      follower?.end()
      leave()
      return finish(events)
    }
    let piece: Piece
    try {
      piece = text.take(turn.result.value)
    } catch (error) {
      return fail(events, error)
    }
    const isSent = send(events, piece.text)
    return 'failure' in piece ? fail(events, piece.failure) : isSent
  }

  function send(events: Events, piece: string): boolean {
    if (piece === '') return false
    follower?.chunk(piece)
    events.enqueue(encodeEvent({ type: 'text', text: piece }))
    return true
  }

  function fail(events: Events, error: unknown): Promise<true> {
    follower?.fail()
    leave()
    model.abort()
    input?.cancel()
    events.enqueue(encodeEvent({ type: 'error', message: describe(error) }))
    return finish(events)
  }

  /** What a provider says may hold a key or an address: only what the program gives is sent. */
  function describe(error: unknown): string | undefined {
    try {
      const message = options.onProviderError?.(error)
      return typeof message === 'string' ? message : undefined
    } catch {
      return undefined
    }
  }

  async function finish(events: Events): Promise<true> {
    const isCapped = place?.kind === 'refused'
    if (isCapped) leave()
    const signed = await receipt
    if (isOver) return true
    isOver = true
    const told =
      signed === null
        ? { error: isCapped ? 'cap_exceeded' : 'not_signed' }
        : { receiptId: signed.receiptId, verifyUrl: signed.verifyUrl }
    events.enqueue(encodeEvent({ type: 'receipt', ...told }))
    events.close()
    return true
  }

  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(events) {
        while (!(await step(events)));
      },
      cancel() {
        stop()
        isOver = true
      },
    },
    // Nothing is asked of the model before the reader asks for it.
    { highWaterMark: 0 },
  )
  return Object.assign(stream, { receipt, streamId })
}

/** What is about the receipt, without what is about the stream. */
function detailsOf<T>(options: ReceiptStreamOptions<T>): TapOptions {
  const { model, provider, jobId, meta, prompt, type, subject, visibility, guessable, partial } =
    options
  return { model, provider, jobId, meta, prompt, type, subject, visibility, guessable, partial }
}
