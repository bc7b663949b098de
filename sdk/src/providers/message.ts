/** A tool call as the model wrote it. */
export interface ToolCall {
  id: string
  name: string
  /** The arguments as text, byte for byte as the provider sent them. */
  input: string
}

/** An answer that is more than text. */
export interface AnswerMessage {
  /** All text, one piece after the other; may be empty. */
  text: string
  /** The model's refusal, if the provider keeps it apart from the text. */
  refusal?: string | undefined
  /** In the order in which they began. */
  toolCalls?: ToolCall[] | undefined
  /** The model's reasoning, if the option `reasoning` is true. */
  reasoning?: string | undefined
}

/**
 * Composes the exact text whose UTF-8 is signed with `subject: "message"`. The text is the result
 * of `JSON.stringify` for an object with these members in this order, without white space:
 *
 *     {"role":"assistant","text":"…","refusal":"…","toolCalls":[{"id":"…","name":"…","input":"…"}],"reasoning":"…"}
 *
 * `role` and `text` are always present, the other members only if they are not empty. A tool call's
 * `input` is a string that holds the arguments' JSON, so that the provider's spacing is kept; in a
 * partial answer it may be unfinished.
 *
 * @example
 * composeMessage({ text: '', toolCalls: [{ id: 'call_1', name: 'weather', input: '{"city":"Rome"}' }] })
 * // {"role":"assistant","text":"","toolCalls":[{"id":"call_1","name":"weather","input":"{\"city\":\"Rome\"}"}]}
 */
export const composeMessage = (message: AnswerMessage): string =>
  MESSAGE_OPENING + escapeText(message.text) + composeMessageRest(message)

/** The part of a message before its text. */
export const MESSAGE_OPENING = '{"role":"assistant","text":"'

/** Escapes text as between the quotation marks of JSON. */
export const escapeText = (text: string): string => JSON.stringify(text).slice(1, -1)

/** The part of a message after its text. */
export function composeMessageRest(message: Omit<AnswerMessage, 'text'>): string {
  const { refusal = '', toolCalls = [], reasoning = '' } = message
  const rest: object = {
    ...(refusal === '' ? {} : { refusal }),
    ...(toolCalls.length === 0
      ? {}
      : { toolCalls: toolCalls.map(({ id, name, input }) => ({ id, name, input })) }),
    ...(reasoning === '' ? {} : { reasoning }),
  }
  const members = JSON.stringify(rest).slice(1)
  return members === '}' ? '"}' : `",${members}`
}
