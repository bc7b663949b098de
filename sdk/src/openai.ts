import type { Counterfoil } from './counterfoil.ts'
import type { SignedReceipt } from './details.ts'
import { followAnswer, signAnswer, type AnswerOptions } from './providers/follow-answer.ts'
import { followStream, type ProviderStream } from './providers/follow-stream.ts'
import { readOpenAIAnswer, readOpenAIChunk } from './providers/read-openai.ts'
import type { Receipted } from './stream/tap.ts'

/**
 * A stream of the `openai` package with a promise of its receipt: what `create({ stream: true })`
 * gives for chat completions and responses, and what `.stream()` gives for both. It is the same
 * object: `for await`, `controller`, `tee()`, `toReadableStream()` and listeners do what they did,
 * chunks and errors are untouched. Never throws.
 *
 * Signed is the text of choice 0 (with `n` above 1 the others are not followed), or, where tools
 * were called or the model refused, the JSON of `composeMessage`. `end` is the finish reason (for
 * responses `completed`, or why it is incomplete), the model is the one that the chunks name. A
 * reader who leaves early, or aborts, gets a `partial` receipt of exactly the chunks that were handed
 * out; one who leaves after the finish reason has had the whole. A stream that nobody reads to its
 * end, and nobody leaves, has no receipt: its promise stays open.
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
 * A receipt for a finished chat completion or response of the `openai` package: the same bytes as
 * `tapOpenAI` signs for the same answer. Throws a `CounterfoilError`.
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
