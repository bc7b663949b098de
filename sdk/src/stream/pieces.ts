import { membersOf, type Members } from '../members.ts'
import { highAtEnd } from '../surrogates.ts'

/** The part of one chunk that concerns the reader. */
export interface Piece {
  /** The text; empty for a chunk with a role, a usage count or a tool call. */
  text: string
  /** The provider's own finish reason. */
  end?: string
  /** The provider's error, if the stream reports one. */
  failure?: unknown
}

const textIn = (value: unknown): string => (typeof value === 'string' ? value : '')

/**
 * Reads a chunk by its shape: a string, chat completions and responses of `openai`, message events
 * of `@anthropic-ai/sdk`, parts of both streams of the `ai` SDK, and events of this package. Any
 * other chunk holds no text.
 */
export function readPiece(chunk: unknown): Piece {
  if (typeof chunk === 'string') return { text: chunk }
  const part = membersOf(chunk)
  switch (part.type) {
    case 'text':
      return { text: textIn(part.text) }
    case 'text-delta':
      return { text: textIn(part.text ?? part.delta) }
    case 'response.output_text.delta':
      return { text: textIn(part.delta) }
    case 'content_block_delta': {
      const delta = membersOf(part.delta)
      return { text: delta.type === 'text_delta' ? textIn(delta.text) : '' }
    }
    case 'message_delta':
      return ended(membersOf(part.delta).stop_reason)
    case 'finish':
      return ended(part.finishReason)
    case 'response.completed':
    case 'response.incomplete':
      return ended(membersOf(part.response).status)
    case 'error':
    case 'response.failed':
      return { text: '', failure: part.error ?? part.errorText ?? part }
  }
  return readChoice(part)
}

/** A reader sees one text, so the first of several choices is the answer. */
function readChoice(part: Members): Piece {
  const choices = Array.isArray(part.choices) ? (part.choices as unknown[]).map(membersOf) : []
  const choice = choices.find(({ index }) => index === 0 || index === undefined)
  if (choice === undefined) return { text: '' }
  return { ...ended(choice.finish_reason), text: textIn(membersOf(choice.delta).content) }
}

const ended = (reason: unknown): Piece =>
  typeof reason === 'string' && reason !== '' ? { text: '', end: reason } : { text: '' }

/** Takes the text out of one stream's chunks, and splits no character between two events. */
export interface TextTaker<T> {
  take(chunk: T): Piece
  /** The held-back half of a character whose other half never came. */
  rest(): string
  /** The finish reason of the last chunk that had one. */
  end(): string | undefined
}

/** `pick` gives a chunk's text. Without it, bytes are UTF-8, and `readPiece` reads other chunks. */
export function createTextTaker<T>(
  pick: ((chunk: T) => string | null | undefined) | undefined,
): TextTaker<T> {
  // A byte order mark is part of the signed text.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let high = ''
  let end: string | undefined

  function read(chunk: T): Piece {
    if (pick !== undefined) return { text: pick(chunk) ?? '' }
    if (chunk instanceof Uint8Array) return { text: decoder.decode(chunk, { stream: true }) }
    return readPiece(chunk)
  }

  return {
    take(chunk) {
      const piece = read(chunk)
      end = piece.end ?? end
      const text = high + piece.text
      high = highAtEnd(text)
      return { ...piece, text: high === '' ? text : text.slice(0, -1) }
    },
    rest: () => high + decoder.decode(),
    end: () => end,
  }
}
