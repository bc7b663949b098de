import type { Counterfoil } from './counterfoil.ts'
import { followAnswer, followSafely, type AnswerOptions } from './providers/follow-answer.ts'
import { createSseReader, type SseFormat } from './providers/sse-text.ts'
import { followReadable } from './stream/follow-source.ts'
import { plainReader, type Follower, type Receipted, type TapOptions } from './stream/tap.ts'

/** The options of `tapSse` for a receipt of the exact bytes. */
export interface WireOptions extends Omit<TapOptions, 'subject'> {
  read?: undefined
}

/** The options of `tapSse` for a receipt of the answer in the events. */
export interface SseOptions extends AnswerOptions {
  /** The format of the events: the receipt is for the answer in them, not for their bytes. */
  read: SseFormat
}

/**
 * Adds a promise of a receipt to an event stream's body, and passes each byte on unchanged and
 * without delay. Without `read` the receipt is for the exact bytes (`subject: "wire"`,
 * `text/event-stream`). With `read: "openai"` (chat completions and responses) or `"anthropic"` the
 * receipt is for the answer in the events, as `tapOpenAI` and `tapAnthropic` sign it; your own
 * function as `read` writes each event's content to the answer. Chunks may end anywhere in an
 * event. Never throws.
 *
 * @example
 * const upstream = await fetch(url, { method: 'POST', body })
 * const body = tapSse(counterfoil, upstream.body, { read: 'openai' })
 * body.receipt.then((signed) => signed && save(signed.verifyUrl))
 * return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
 */
export function tapSse(
  counterfoil: Counterfoil,
  body: ReadableStream<Uint8Array>,
  options: WireOptions | SseOptions = {},
): ReadableStream<Uint8Array> & Receipted {
  const follower =
    options.read === undefined ? followWire(counterfoil, options) : followSse(counterfoil, options)
  return Object.assign(followReadable(body, follower), { receipt: follower.receipt })
}

function followWire(counterfoil: Counterfoil, options: WireOptions): Follower<Uint8Array> {
  const wire = { type: 'text/event-stream', ...options, subject: 'wire' as const }
  return followSafely(wire, () => counterfoil.follow<Uint8Array>(wire, plainReader))
}

/** Follows the answer in the bytes of an event stream. */
function followSse(counterfoil: Counterfoil, options: SseOptions): Follower<Uint8Array> {
  const { answer, follower } = followAnswer<Uint8Array>(counterfoil, options, (bytes) =>
    reader.chunk(bytes),
  )
  const reader = createSseReader(options.read, answer)
  return {
    ...follower,
    // A reader who leaves after the finish reason has had the whole answer.
    abort: () => (answer.isFinished() ? follower.end() : follower.abort()),
  }
}

export { withReceiptTrailer } from './providers/receipt-trailer.ts'
export type { ReceiptTrailer, TrailerOptions } from './providers/receipt-trailer.ts'
export type { SseEvent, SseFormat } from './providers/sse-text.ts'
