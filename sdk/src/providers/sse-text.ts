import { createParser, type EventSourceMessage } from 'eventsource-parser'
import type { Answer } from './answer.ts'
import { createAnthropicReader } from './read-anthropic.ts'
import { readOpenAIChunk } from './read-openai.ts'

/** One event of a stream: its data, and its optional name. */
export interface SseEvent {
  data: string
  event: string | undefined
}

/** A provider's wire format, or a function that writes each event's content to the answer. */
export type SseFormat = 'openai' | 'anthropic' | ((event: SseEvent, answer: Answer) => void)

/** Makes a reader that writes an event stream's bytes, cut anywhere, to an answer. */
export function createSseReader(
  format: SseFormat,
  answer: Answer,
): { chunk(bytes: Uint8Array): void } {
  const read = typeof format === 'function' ? format : readJson(format)
  const parser = createParser({
    onEvent: ({ data, event }: EventSourceMessage) => read({ data, event }, answer),
  })
  // One decoder reads all chunks, because a character may be cut between two chunks.
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
      // A client fails at such an event too, so its reader never sees the rest.
      answer.fail()
      return
    }
    read(value, answer)
  }
}
