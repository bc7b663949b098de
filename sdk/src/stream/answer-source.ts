import type { SignedReceipt } from '../details.ts'
import { openSource, type Input, type StreamSource } from './open-source.ts'
import { createTextTaker, type TextTaker } from './pieces.ts'
import { isRefused, releasePlace, takePlace, type Place } from './reserve-place.ts'
import type { ReceiptStreamOptions, StreamSigner } from './stream-options.ts'
import type { Follower, TapOptions } from './tap.ts'
import type { Turn } from './turns.ts'

/** The model's side of a stream: the place under the cap, the model call, and the receipt. */
export interface AnswerSource {
  /** The next chunk. The first call reserves a place and calls the model. Never rejects. */
  read: () => Promise<Turn>
  /** A piece of text is being sent to the reader. */
  chunk(piece: string): void
  end(): void
  fail(): void
  /** The reader stopped or left: the receipt covers the pieces that were sent. */
  abort(): void
  /** The final receipt. Gives the place back if no receipt uses it. */
  leave(): Promise<SignedReceipt | null>
  /** The portal refused a place. */
  isCapped(): boolean
}

/** `place` is null if no place was requested yet. */
export function createAnswerSource<T>(
  counterfoil: StreamSigner,
  source: StreamSource<T>,
  options: ReceiptStreamOptions<T>,
  place: Place | null,
): AnswerSource {
  const text = createTextTaker(options.text)
  const model = new AbortController()
  let input: Input<T> | null = null
  let follower: Follower<string> | null = null
  const hasAborted = (): boolean => model.signal.aborted

  /** Null: the stream was stopped, or the full cap refuses the answer. */
  async function open(): Promise<Input<T> | null> {
    place ??= await takePlace(counterfoil, options)
    if (hasAborted() && place.kind === 'held') releasePlace(counterfoil, place.reservation)
    if (hasAborted() || isRefused(place, options)) return null
    const reservation = place.kind === 'held' ? place.reservation : options.reservation
    // The follower starts before the model call, so that the receipt's time includes the call.
    if (place.kind !== 'refused')
      follower = tryFollow(counterfoil, { ...detailsOf(options), reservation }, text)
    const opened = await openSource(source, model.signal)
    if (opened.tapped !== null) follower = null
    if (!hasAborted()) return (input = opened)
    opened.cancel()
    return null
  }

  function leave(): Promise<SignedReceipt | null> {
    const signed = input?.tapped?.catch(() => null) ?? follower?.receipt ?? Promise.resolve(null)
    if (place?.kind !== 'held') return signed
    const { reservation } = place
    const isUnused = follower === null
    void signed.then((it) => {
      if (it === null || isUnused) releasePlace(counterfoil, reservation)
    })
    return signed
  }

  function hangUp(): void {
    model.abort()
    input?.cancel()
  }

  return {
    async read() {
      try {
        const opened = input ?? (await open())
        if (opened === null) return { kind: 'stop' }
        const { done, value } = await opened.next()
        if (done === true) return { kind: 'end', text: text.rest() }
        const piece = text.take(value)
        return 'failure' in piece
          ? { kind: 'fail', text: piece.text, error: piece.failure }
          : { kind: 'text', text: piece.text }
      } catch (error) {
        return { kind: 'fail', text: '', error }
      }
    },
    chunk: (piece) => follower?.chunk(piece),
    end: () => follower?.end(),
    fail() {
      follower?.fail()
      hangUp()
    },
    abort() {
      if (input === null) follower = null
      // The follower ends first: chunks that the source gives while it ends are never sent.
      follower?.abort()
      hangUp()
    },
    leave,
    isCapped: () => place?.kind === 'refused',
  }
}

/** Null if the answer can't be followed: the reader then gets the answer without a receipt. */
function tryFollow<T>(
  counterfoil: StreamSigner,
  details: TapOptions,
  text: TextTaker<T>,
): Follower<string> | null {
  try {
    return counterfoil.follow<string>(details, {
      chunk: (piece, recording) => recording.write(piece),
      end: () => ({ end: text.end() }),
    })
  } catch {
    return null
  }
}

/** The options about the receipt, without those about the stream. */
function detailsOf<T>(options: ReceiptStreamOptions<T>): TapOptions {
  const { model, provider, jobId, meta, prompt, type, subject, visibility, guessable, partial } =
    options
  return { model, provider, jobId, meta, prompt, type, subject, visibility, guessable, partial }
}
