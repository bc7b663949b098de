/** What one chunk of an answer holds for the person who reads it. */
export interface Piece {
  /** Often empty: a role, a usage count, a tool's call. */
  text: string
  /** The provider's finish reason, in its own words. */
  end?: string
  /** Set where the provider says inside the stream that it failed. */
  failure?: unknown
}

type Members = Record<string, unknown>

const membersOf = (value: unknown): Members =>
  typeof value === 'object' && value !== null ? (value as Members) : {}
const textIn = (value: unknown): string => (typeof value === 'string' ? value : '')

/**
 * Reads a chunk by its shape: a string as it is; chat completions and responses as `openai` gives
 * them, message events of `@anthropic-ai/sdk`, parts of the `ai` SDK (both its streams), and this
 * package's own events. What is none of these holds no text.
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

/** Of several choices the first is the answer: a reader sees one text. */
function readChoice(part: Members): Piece {
  const choices = Array.isArray(part.choices) ? (part.choices as unknown[]).map(membersOf) : []
  const choice = choices.find(({ index }) => index === 0 || index === undefined)
  if (choice === undefined) return { text: '' }
  return { ...ended(choice.finish_reason), text: textIn(membersOf(choice.delta).content) }
}

const ended = (reason: unknown): Piece =>
  typeof reason === 'string' && reason !== '' ? { text: '', end: reason } : { text: '' }

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff

/** Takes the text out of one stream's chunks, so that no event ends in half a character. */
export interface TextTaker<T> {
  take(chunk: T): Piece
  /** Half a character that never got its other half. */
  rest(): string
  /** The finish reason, if one was told. */
  end(): string | undefined
}

/** `pick` gives a chunk's text; without it, bytes are UTF-8 and everything else is `readPiece`'s. */
export function createTextTaker<T>(
  pick: ((chunk: T) => string | null | undefined) | undefined,
): TextTaker<T> {
  // A byte order mark is text like all the rest: it is part of what is signed.
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
      high = text !== '' && isHigh(text.charCodeAt(text.length - 1)) ? text.slice(-1) : ''
      return { ...piece, text: high === '' ? text : text.slice(0, -1) }
    },
    rest: () => high + decoder.decode(),
    end: () => end,
  }
}
