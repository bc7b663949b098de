import type { Counterfoil } from './counterfoil.ts'
import { followAnswer, followSafely, type AnswerOptions } from './providers/follow-answer.ts'
import { createSseReader, type SseFormat } from './providers/sse-text.ts'
import { followReadable } from './stream/follow-source.ts'
import { plainReader, type Follower, type Receipted, type TapOptions } from './stream/tap.ts'

/** For a receipt of the exact bytes. */
export interface WireOptions extends Omit<TapOptions, 'subject'> {
  read?: undefined
}

/** For a receipt of the answer that the events hold. */
export interface SseOptions extends AnswerOptions {
  /** Whose events they are; then the text in them is signed, and not the bytes. */
  read: SseFormat
}

/**
 * An event stream's body as it is, byte for byte and at the same time, with a promise of its receipt.
 * Without `read` the receipt is of the exact bytes (`subject: "wire"`, `text/event-stream`); with
 * `read: "openai"` (chat completions and responses) or `"anthropic"` of the answer in them, as
 * `tapOpenAI` and `tapAnthropic` sign it; a function of your own says what an event holds. Right
 * wherever the bytes are cut. Never throws.
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

/** Follows the bytes of an event stream for the answer in them. */
function followSse(counterfoil: Counterfoil, options: SseOptions): Follower<Uint8Array> {
  const { answer, follower } = followAnswer<Uint8Array>(counterfoil, options, (bytes) =>
    reader.chunk(bytes),
  )
  const reader = createSseReader(options.read, answer)
  return {
    ...follower,
    // A reader who leaves after the last word has had all of it.
    abort: () => (answer.isFinished() ? follower.end() : follower.abort()),
  }
}

export { withReceiptTrailer } from './providers/receipt-trailer.ts'
export type { ReceiptTrailer, TrailerOptions } from './providers/receipt-trailer.ts'
export type { SseEvent, SseFormat } from './providers/sse-text.ts'
