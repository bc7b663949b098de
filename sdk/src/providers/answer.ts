import type { Ending, LateDetails } from '../details.ts'
import { highAtEnd } from '../surrogates.ts'
import { composeMessageRest, escapeText, MESSAGE_OPENING, type ToolCall } from './message.ts'

/** Where the pieces of an answer go: a recording that will be signed, or a digest that compares. */
export interface Sink {
  write(piece: string): void
}

/** A part of a tool call that has arrived. */
export interface ToolPart {
  id?: string | null | undefined
  name?: string | null | undefined
  /** A further piece of the arguments. */
  input?: string | null | undefined
  /** All of the arguments; goes before the pieces. */
  inputWhole?: string | undefined
}

/** An answer as any provider gives it: filled piece by piece, memory flat for text. */
export interface Answer {
  text(piece: string): void
  refusal(piece: string): void
  reasoning(piece: string): void
  /** `key` tells the calls of one answer apart: an index, or an id. */
  tool(key: string | number, part: ToolPart): void
  /** The model that the provider says it was; the first one counts. */
  model(name: string): void
  /** The provider's finish reason: the answer has come to its own end. */
  finish(reason: string): void
  /** The provider said, inside of the stream, that it failed. */
  fail(): void
  isFinished(): boolean
  /** Ends both sinks. Says which of them holds what is to be signed. */
  end(): { subject: 'text' | 'message'; ending: Ending; late: LateDetails }
}

/**
 * Both forms of an answer are written as it runs by, because only its end tells which one is needed:
 * `text` gets the bare text, `message` the JSON of `composeMessage`. It is a message if there was a
 * tool call, a refusal, or reasoning that was asked for; `subject` decides it beforehand.
 */
export function createAnswer(options: {
  text: Sink
  message: Sink
  subject?: 'text' | 'message' | undefined
  reasoning?: boolean | undefined
}): Answer {
  const tools = new Map<string | number, ToolCall>()
  const refusals: string[] = []
  const reasonings: string[] = []
  let chunks = 0
  let model: string | undefined
  let reason: string | undefined
  let isFailed = false
  let high = ''

  options.message.write(MESSAGE_OPENING)

  function writeEscaped(piece: string): void {
    const text = high + piece
    high = highAtEnd(text)
    const whole = high === '' ? text : text.slice(0, -1)
    if (whole !== '') options.message.write(escapeText(whole))
  }

  function statusOf(): Ending {
    if (isFailed) return { status: chunks > 0 ? 'partial' : 'failed', end: 'error' }
    // No provider ends an answer without a word: this one was cut off on its way.
    if (reason === undefined) return { status: 'partial', end: 'unfinished' }
    return { status: 'complete', end: reason }
  }

  return {
    text(piece) {
      if (piece === '') return
      chunks++
      options.text.write(piece)
      writeEscaped(piece)
    },
    refusal(piece) {
      if (piece === '') return
      chunks++
      refusals.push(piece)
    },
    reasoning(piece) {
      if (piece === '' || options.reasoning !== true) return
      chunks++
      reasonings.push(piece)
    },
    tool(key, part) {
      chunks++
      const call = tools.get(key) ?? { id: '', name: '', input: '' }
      if (call.id === '') call.id = part.id ?? ''
      // Some compatible providers repeat the name with each piece, none sends it in pieces.
      if (call.name === '') call.name = part.name ?? ''
      call.input = part.inputWhole ?? call.input + (part.input ?? '')
      tools.set(key, call)
    },
    model: (name) => {
      if (name !== '') model ??= name
    },
    finish: (value) => (reason = value),
    fail: () => (isFailed = true),
    isFinished: () => reason !== undefined && !isFailed,
    end() {
      const reasoning = reasonings.join('')
      const refusal = refusals.join('')
      const toolCalls = [...tools.values()]
      const isMessage = toolCalls.length > 0 || refusal !== '' || reasoning !== ''
      const subject = options.subject ?? (isMessage ? 'message' : 'text')
      if (high !== '') options.message.write(escapeText(high))
      options.message.write(composeMessageRest({ refusal, toolCalls, reasoning }))
      const type = subject === 'message' ? 'application/json' : undefined
      return { subject, ending: statusOf(), late: { subject, type, model, chunks } }
    },
  }
}
