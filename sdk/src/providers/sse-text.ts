import { createParser, type EventSourceMessage } from 'eventsource-parser'
import type { Answer } from './answer.ts'
import { createAnthropicReader } from './read-anthropic.ts'
import { readOpenAIChunk } from './read-openai.ts'

/** One event of a stream: its data, and its name if it has one. */
export interface SseEvent {
  data: string
  event: string | undefined
}

/** Whose events they are: a provider's wire format, or a function that says what an event holds. */
export type SseFormat = 'openai' | 'anthropic' | ((event: SseEvent, answer: Answer) => void)

/** Reads the bytes of an event stream, wherever they are cut, into an answer. */
export function createSseReader(
  format: SseFormat,
  answer: Answer,
): { chunk(bytes: Uint8Array): void } {
  const read = typeof format === 'function' ? format : readJson(format)
  const parser = createParser({
    onEvent: ({ data, event }: EventSourceMessage) => read({ data, event }, answer),
  })
  // A character may be cut between two chunks: one decoder for all of them.
  const decoder = new TextDecoder()
  return { chunk: (bytes) => parser.feed(decoder.decode(bytes, { stream: true })) }
}

function readJson(format: 'openai' | 'anthropic') {
  const read = format === 'openai' ? readOpenAIChunk : createAnthropicReader()
  return ({ data }: SseEvent, answer: Answer): void => {
    if (data.trim() === '[DONE]') return
    let value: unknown
    try {
      value = JSON.parse(data)
    } catch {
      // A client fails at such an event as well: what comes after it was never seen.
      answer.fail()
      return
    }
    read(value, answer)
  }
}
