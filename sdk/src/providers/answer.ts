import type { Ending, LateDetails } from '../details.ts'
import { highAtEnd } from '../surrogates.ts'
import { composeMessageRest, escapeText, MESSAGE_OPENING, type ToolCall } from './message.ts'

/** A target for the pieces of an answer: a recording to sign, or a digest to compare. */
export interface Sink {
  write(piece: string): void
}

/** A part of a tool call that has arrived. */
export interface ToolPart {
  id?: string | null | undefined
  name?: string | null | undefined
  /** A further piece of the arguments. */
  input?: string | null | undefined
  /** All of the arguments; they replace the pieces. */
  inputWhole?: string | undefined
}

/** An answer of any provider, filled piece by piece. Its text is not kept in memory. */
export interface Answer {
  text(piece: string): void
  refusal(piece: string): void
  reasoning(piece: string): void
  /** `key` tells the calls of one answer apart: an index, or an id. */
  tool(key: string | number, part: ToolPart): void
  /** The model's name from the provider; the first one counts. */
  model(name: string): void
  /** The provider's finish reason: the answer has come to its own end. */
  finish(reason: string): void
  /** The provider reported its failure inside the stream. */
  fail(): void
  isFinished(): boolean
  /** Ends both sinks. `subject` names the sink to sign. */
  end(): { subject: 'text' | 'message'; ending: Ending; late: LateDetails }
}

/**
 * Makes an answer that writes both of its forms, because only the end tells which form is signed:
 * `text` gets the bare text, `message` gets the JSON of `composeMessage`. The form is `message` if
 * the answer had a tool call, a refusal or requested reasoning; the option `subject` overrides
 * this.
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
    // Each provider ends an answer with a reason, so an answer without one was cut off on its way.
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
      // Some compatible providers repeat the whole name with each piece.
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
