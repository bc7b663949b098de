import type { Answer } from './answer.ts'
import { isObject } from '../members.ts'

/** The used members of a chat completion's `delta` (streamed) or `message` (whole). */
interface Said {
  content?: string | null
  refusal?: string | null
  /** Compatible providers use these two names; OpenAI's chat completions have neither. */
  reasoning_content?: string | null
  reasoning?: string | null
  tool_calls?: ChatToolCall[] | null
  /** The older form of `tool_calls`. */
  function_call?: { name?: string; arguments?: string } | null
}

interface ChatToolCall {
  index?: number
  id?: string
  function?: { name?: string; arguments?: string }
  custom?: { name?: string; input?: string }
}

interface ChatChunk {
  model?: unknown
  choices: { index?: number; delta?: Said; message?: Said; finish_reason?: string | null }[]
}

interface ResponseItem {
  id?: string
  type?: string
  call_id?: string
  name?: string
  arguments?: string
  input?: string
  content?: { type: string; text?: string; refusal?: string }[]
  summary?: { text?: string }[]
}

interface FinishedResponse {
  model?: string
  status?: string
  incomplete_details?: { reason?: string } | null
  output?: ResponseItem[]
}

interface ResponseEvent {
  type: string
  delta?: unknown
  item_id?: string
  output_index?: number
  arguments?: string
  input?: string
  item?: ResponseItem
  response?: FinishedResponse
}

/** Writes a chunk of a chat completion, or an event of a response, to the answer. */
export function readOpenAIChunk(chunk: unknown, answer: Answer): void {
  if (!isObject(chunk)) return
  if (Array.isArray(chunk.choices)) readChat(chunk as unknown as ChatChunk, answer)
  else if (isObject(chunk.error)) answer.fail()
  else if (typeof chunk.type === 'string')
    readResponseEvent(chunk as unknown as ResponseEvent, answer)
}

/** Writes a finished chat completion or response to the answer. */
export function readOpenAIAnswer(value: unknown, answer: Answer): void {
  if (!isObject(value)) return
  if ('choices' in value) readChat(value as unknown as ChatChunk, answer)
  else if ('output' in value) readResponse(value, answer)
}

/** Reads only choice 0: with `n` above 1 each other choice is another answer. */
function readChat(chunk: ChatChunk, answer: Answer): void {
  if (typeof chunk.model === 'string') answer.model(chunk.model)
  for (const choice of chunk.choices) {
    if ((choice.index ?? 0) !== 0) continue
    const said = choice.delta ?? choice.message
    if (isObject(said)) readSaid(said, answer)
    if (typeof choice.finish_reason === 'string') answer.finish(choice.finish_reason)
  }
}

function readSaid(said: Said, answer: Answer): void {
  answer.reasoning(said.reasoning_content ?? said.reasoning ?? '')
  answer.text(said.content ?? '')
  answer.refusal(said.refusal ?? '')
  for (const [i, call] of (said.tool_calls ?? []).entries()) {
    const { id, function: called, custom } = call
    const input = called?.arguments ?? custom?.input
    answer.tool(call.index ?? i, { id, name: called?.name ?? custom?.name, input })
  }
  const { function_call: called } = said
  if (isObject(called)) answer.tool('function_call', { name: called.name, input: called.arguments })
}

function readResponseEvent(event: ResponseEvent, answer: Answer): void {
  const delta = typeof event.delta === 'string' ? event.delta : ''
  const key = event.item_id ?? event.output_index ?? 0
  switch (event.type) {
    case 'response.created':
      answer.model(event.response?.model ?? '')
      break
    case 'response.output_text.delta':
      answer.text(delta)
      break
    case 'response.refusal.delta':
      answer.refusal(delta)
      break
    case 'response.reasoning_text.delta':
    case 'response.reasoning_summary_text.delta':
      answer.reasoning(delta)
      break
    case 'response.output_item.added':
      if (isCall(event.item))
        answer.tool(event.item.id ?? key, { id: event.item.call_id, name: event.item.name })
      break
    case 'response.function_call_arguments.delta':
    case 'response.custom_tool_call_input.delta':
      answer.tool(key, { input: delta })
      break
    case 'response.completed':
    case 'response.incomplete':
      finishResponse(event.response ?? {}, answer)
      break
    case 'response.failed':
    case 'error':
      answer.fail()
  }
}

const isCall = (item: ResponseItem | undefined): item is ResponseItem =>
  item?.type === 'function_call' || item?.type === 'custom_tool_call'

/**
 * Takes the finish reason: `completed`, or `max_output_tokens` or `content_filter` if incomplete.
 */
function finishResponse(response: FinishedResponse, answer: Answer): void {
  answer.model(response.model ?? '')
  answer.finish(response.incomplete_details?.reason ?? response.status ?? 'completed')
}

function readResponse(response: FinishedResponse, answer: Answer): void {
  for (const [i, item] of (response.output ?? []).entries()) {
    for (const part of item.content ?? []) {
      if (part.type === 'output_text') answer.text(part.text ?? '')
      if (part.type === 'refusal') answer.refusal(part.refusal ?? '')
      if (part.type === 'reasoning_text') answer.reasoning(part.text ?? '')
    }
    for (const part of item.summary ?? []) answer.reasoning(part.text ?? '')
    if (isCall(item))
      answer.tool(item.id ?? i, {
        id: item.call_id,
        name: item.name,
        input: item.arguments ?? item.input,
      })
  }
  if (response.status === 'failed') answer.fail()
  else finishResponse(response, answer)
}
