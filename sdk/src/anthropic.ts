import type { Counterfoil } from './counterfoil.ts'
import type { SignedReceipt } from './details.ts'
import { followAnswer, signAnswer, type AnswerOptions } from './providers/follow-answer.ts'
import { followStream, type ProviderStream } from './providers/follow-stream.ts'
import { createAnthropicReader, readAnthropicMessage } from './providers/read-anthropic.ts'
import type { Receipted } from './stream/tap.ts'

/**
 * Adds a promise of a receipt to a stream of `@anthropic-ai/sdk`: the `MessageStream` of
 * `messages.stream()`, or the raw stream of `create({ stream: true })`. The function returns the
 * same object: `for await`, `on`, `finalMessage()`, `controller`, `abort()`, `tee()` and
 * `toReadableStream()` work as before, and events and errors are untouched. Never throws.
 *
 * The receipt is for the text blocks, one after the other. If the model called tools, the receipt
 * is for the JSON of `composeMessage`, in which a tool's `input` is `JSON.stringify(block.input)`.
 * `end` is the stop reason, and `model` is the name in `message_start`. If a loop reads a
 * `MessageStream`, the receipt covers the events that the loop took; with listeners alone, the
 * receipt covers all events that arrived.
 *
 * @example
 * const stream = tapAnthropic(counterfoil, anthropic.messages.stream({ model, max_tokens, messages }))
 * stream.on('text', (text) => res.write(text))
 * const signed = await stream.receipt // { receiptId, verifyUrl, … } or null
 */
export function tapAnthropic<S extends ProviderStream>(
  counterfoil: Counterfoil,
  stream: S,
  options: AnswerOptions = {},
): S & Receipted {
  const followed = followAnswer(counterfoil, options, createAnthropicReader())
  return followStream(stream, followed, ['streamEvent'])
}

/**
 * Signs a receipt for a finished `Message`. The receipt is for the same bytes as `tapAnthropic`
 * signs for the same answer. Throws a `CounterfoilError`.
 *
 * @example
 * const message = await anthropic.messages.create({ model, max_tokens, messages })
 * const { receiptId, verifyUrl } = await signAnthropic(counterfoil, message)
 */
export const signAnthropic = (
  counterfoil: Counterfoil,
  message: { model: string; content: unknown[]; stop_reason: string | null },
  options: AnswerOptions = {},
): Promise<SignedReceipt> =>
  signAnswer(counterfoil, options, (answer) => readAnthropicMessage(message, answer))

export { composeMessage } from './providers/message.ts'
export type { AnswerMessage, ToolCall } from './providers/message.ts'
export type { AnswerOptions } from './providers/follow-answer.ts'
