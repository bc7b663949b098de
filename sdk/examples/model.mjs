// Which model the examples ask: Anthropic's with ANTHROPIC_API_KEY, OpenAI's with OPENAI_API_KEY.
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'

const isAnthropic = Boolean(process.env.ANTHROPIC_API_KEY)

export const provider = isAnthropic ? 'anthropic' : 'openai'
export const model = process.env.MODEL ?? (isAnthropic ? 'claude-haiku-4-5' : 'gpt-5-mini')

/**
 * The stream as the provider's package gives it. It stops when `signal` does.
 *
 * @param {string} question
 * @param {AbortSignal} signal
 * @returns {PromiseLike<AsyncIterable<unknown>>} one type for the two providers' chunks
 */
export function askModel(question, signal) {
  const messages = [{ role: 'user', content: question }]
  if (isAnthropic)
    return new Anthropic().messages.create(
      { model, messages, max_tokens: 1024, stream: true },
      { signal },
    )
  return new OpenAI().chat.completions.create({ model, messages, stream: true }, { signal })
}
