/** A tool call as the model wrote it. */
export interface ToolCall {
  id: string
  name: string
  /** The arguments as text: what the provider sent, byte for byte. */
  input: string
}

/** An answer that is more than text. */
export interface AnswerMessage {
  /** All text, one piece after the other; empty if there was none. */
  text: string
  /** The model's refusal, where the provider keeps it apart from the text. */
  refusal?: string | undefined
  /** In the order in which they began. */
  toolCalls?: ToolCall[] | undefined
  /** Only where it was asked for. */
  reasoning?: string | undefined
}

/**
 * The exact text whose UTF-8 is signed with `subject: "message"`. It is what `JSON.stringify` gives
 * for an object with these members in this order, without white space:
 *
 *     {"role":"assistant","text":"…","refusal":"…","toolCalls":[{"id":"…","name":"…","input":"…"}],"reasoning":"…"}
 *
 * `role` and `text` are always there; each of the others only where there is something in it. A tool
 * call's `input` is a string with the arguments' JSON inside, so that nobody has to guess how a
 * provider spaced them; it may be unfinished in a partial answer.
 *
 * @example
 * composeMessage({ text: '', toolCalls: [{ id: 'call_1', name: 'weather', input: '{"city":"Rome"}' }] })
 * // {"role":"assistant","text":"","toolCalls":[{"id":"call_1","name":"weather","input":"{\"city\":\"Rome\"}"}]}
 */
export const composeMessage = (message: AnswerMessage): string =>
  MESSAGE_OPENING + escapeText(message.text) + composeMessageRest(message)

/** What stands before the text. */
export const MESSAGE_OPENING = '{"role":"assistant","text":"'

/** Text as it stands between the quotation marks of JSON. */
export const escapeText = (text: string): string => JSON.stringify(text).slice(1, -1)

/** What stands after the text. */
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
