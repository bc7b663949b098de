import type { Counterfoil } from './counterfoil.ts'
import type { SignedReceipt } from './details.ts'
import { followAnswer, signAnswer, type AnswerOptions } from './providers/follow-answer.ts'
import { followStream, type ProviderStream } from './providers/follow-stream.ts'
import { readOpenAIAnswer, readOpenAIChunk } from './providers/read-openai.ts'
import type { Receipted } from './stream/tap.ts'

/**
 * Adds a promise of a receipt to a stream of the `openai` package: the stream of
 * `create({ stream: true })` or of `.stream()`, for chat completions and responses. The function
 * returns the same object: `for await`, `controller`, `tee()`, `toReadableStream()` and listeners
 * work as before, and chunks and errors are untouched. Never throws.
 *
 * The receipt is for the text of choice 0 (with `n` above 1 the other choices are not followed). If
 * the model called tools or refused, the receipt is for the JSON of `composeMessage`. `end` is the
 * finish reason (for responses `completed`, or the reason why the response is incomplete), and
 * `model` is the name in the chunks. A reader who leaves early, or aborts, gets a `partial` receipt
 * of exactly the chunks that were handed out; a reader who leaves after the finish reason gets a
 * receipt of the whole answer. If a stream is neither read to its end nor left, `receipt` never
 * resolves.
 *
 * @example
 * const stream = tapOpenAI(counterfoil, await openai.chat.completions.create({ model, messages, stream: true }))
 * for await (const chunk of stream) res.write(chunk.choices[0]?.delta.content ?? '')
 * const signed = await stream.receipt // { receiptId, verifyUrl, … } or null
 */
export function tapOpenAI<S extends ProviderStream>(
  counterfoil: Counterfoil,
  stream: S,
  options: AnswerOptions = {},
): S & Receipted {
  const followed = followAnswer(counterfoil, options, readOpenAIChunk)
  return followStream(stream, followed, ['chunk', 'event'])
}

/**
 * Signs a receipt for a finished chat completion or response of the `openai` package. The receipt
 * is for the same bytes as `tapOpenAI` signs for the same answer. Throws a `CounterfoilError`.
 *
 * @example
 * const completion = await openai.chat.completions.create({ model, messages })
 * const { receiptId, verifyUrl } = await signOpenAI(counterfoil, completion)
 */
export const signOpenAI = (
  counterfoil: Counterfoil,
  completion: { model: string; choices: unknown[] } | { model: string; output: unknown[] },
  options: AnswerOptions = {},
): Promise<SignedReceipt> =>
  signAnswer(counterfoil, options, (answer) => readOpenAIAnswer(completion, answer))

export { readReceiptTrailer } from './providers/read-trailer.ts'
export type { ReadTrailer } from './providers/read-trailer.ts'
export type { ReceiptTrailer } from './providers/receipt-trailer.ts'
export { composeMessage } from './providers/message.ts'
export type { AnswerMessage, ToolCall } from './providers/message.ts'
export type { AnswerOptions } from './providers/follow-answer.ts'
