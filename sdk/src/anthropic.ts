import type { Counterfoil } from './counterfoil.ts'
import type { SignedReceipt } from './details.ts'
import { followAnswer, signAnswer, type AnswerOptions } from './providers/follow-answer.ts'
import { followStream, type ProviderStream } from './providers/follow-stream.ts'
import { createAnthropicReader, readAnthropicMessage } from './providers/read-anthropic.ts'
import type { Receipted } from './stream/tap.ts'

/**
 * A stream of `@anthropic-ai/sdk` with a promise of its receipt: the `MessageStream` that
 * `messages.stream()` gives, or the raw one of `create({ stream: true })`. It is the same object:
 * `for await`, `on`, `finalMessage()`, `controller`, `abort()`, `tee()` and `toReadableStream()` do
 * what they did, events and errors are untouched. Never throws.
 *
 * Signed are the text blocks, one after the other, or, where tools were called, the JSON of
 * `composeMessage`; a tool's `input` is written there as `JSON.stringify(block.input)`. `end` is the
 * stop reason, the model is the one that `message_start` names. Whoever iterates a `MessageStream`
 * gets a receipt of what the loop took; with listeners alone, of what arrived.
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
 * A receipt for a finished `Message`: the same bytes as `tapAnthropic` signs for the same answer.
 * Throws a `CounterfoilError`.
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
