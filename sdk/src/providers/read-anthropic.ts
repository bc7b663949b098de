import type { Answer } from './answer.ts'

interface Block {
  type: string
  id?: string
  name?: string
  text?: string
  thinking?: string
  input?: unknown
}

interface StreamEvent {
  type: string
  index?: number
  message?: { model?: string }
  content_block?: Block
  delta?: {
    type?: string
    text?: string
    thinking?: string
    partial_json?: string
    stop_reason?: string | null
  }
}

interface FinishedMessage {
  model?: string
  content?: Block[]
  stop_reason?: string | null
}

/** Makes a reader for the events of one stream. It keeps the pieces of a tool's arguments. */
export function createAnthropicReader(): (event: unknown, answer: Answer) => void {
  const inputs = new Map<number, string>()

  return (value, answer) => {
    if (typeof value !== 'object' || value === null) return
    const event = value as StreamEvent
    const index = event.index ?? 0
    switch (event.type) {
      case 'message_start':
        answer.model(event.message?.model ?? '')
        break
      case 'content_block_start':
        if (event.content_block !== undefined) readStart(event.content_block, index, answer)
        break
      case 'content_block_delta':
        answer.text(event.delta?.text ?? '')
        answer.reasoning(event.delta?.thinking ?? '')
        if (event.delta?.type === 'input_json_delta' && inputs.has(index)) {
          const input = inputs.get(index)! + (event.delta.partial_json ?? '')
          inputs.set(index, input)
          answer.tool(index, { inputWhole: input })
        }
        break
      case 'content_block_stop':
        if (inputs.has(index)) answer.tool(index, { inputWhole: compact(inputs.get(index)!) })
        inputs.delete(index)
        break
      case 'message_delta':
        if (typeof event.delta?.stop_reason === 'string') answer.finish(event.delta.stop_reason)
        break
      case 'error':
        answer.fail()
    }
  }

  function readStart(block: Block, index: number, answer: Answer): void {
    answer.text(block.text ?? '')
    answer.reasoning(block.thinking ?? '')
    if (block.type !== 'tool_use') return
    inputs.set(index, '')
    answer.tool(index, { id: block.id, name: block.name })
  }
}

/**
 * Compacts arguments as `JSON.stringify` does, because a finished message holds only the object.
 */
function compact(json: string): string {
  if (json === '') return '{}'
  try {
    return JSON.stringify(JSON.parse(json))
  } catch {
    return json
  }
}

/** Writes a finished `Message` to the answer. */
export function readAnthropicMessage(value: unknown, answer: Answer): void {
  const message = value as FinishedMessage
  answer.model(message.model ?? '')
  for (const [i, block] of (message.content ?? []).entries()) {
    if (block.type === 'text') answer.text(block.text ?? '')
    if (block.type === 'thinking') answer.reasoning(block.thinking ?? '')
    if (block.type === 'tool_use')
      answer.tool(i, { id: block.id, name: block.name, inputWhole: JSON.stringify(block.input) })
  }
  if (typeof message.stop_reason === 'string') answer.finish(message.stop_reason)
}
