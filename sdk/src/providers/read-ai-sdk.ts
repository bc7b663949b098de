import type { Answer } from './answer.ts'

/**
 * A part of a stream, or of a finished result's content, of the AI SDK's language model
 * specifications v2 to v4 (AI SDK 5 to 7): the members that matter here.
 */
export interface ModelPart {
  type: string
  id?: string
  delta?: string
  text?: string
  toolName?: string
  toolCallId?: string
  input?: string
  modelId?: string
  /** A word in v2, an object since v3. */
  finishReason?: unknown
  providerMetadata?: object | undefined
}

/** Files and sources, and the results of tools that the provider ran, are not part of the answer. */
export function readModelPart(part: ModelPart, answer: Answer): void {
  switch (part.type) {
    case 'response-metadata':
      answer.model(part.modelId ?? '')
      break
    case 'text-delta':
      answer.text(part.delta ?? '')
      break
    case 'text':
      answer.text(part.text ?? '')
      break
    case 'reasoning-delta':
      answer.reasoning(part.delta ?? '')
      break
    case 'reasoning':
      answer.reasoning(part.text ?? '')
      break
    case 'tool-input-start':
      answer.tool(part.id ?? '', { id: part.id, name: part.toolName })
      break
    case 'tool-input-delta':
      answer.tool(part.id ?? '', { input: part.delta })
      break
    case 'tool-call':
      answer.tool(part.toolCallId ?? '', {
        id: part.toolCallId,
        name: part.toolName,
        ...(part.input === undefined ? {} : { inputWhole: part.input }),
      })
      break
    case 'error':
      answer.fail()
      break
    case 'finish':
      answer.finish(readFinishReason(part.finishReason))
  }
}

/** The provider's own word where it is known, else the AI SDK's. */
export function readFinishReason(reason: unknown): string {
  if (typeof reason === 'string') return reason
  if (typeof reason !== 'object' || reason === null) return 'unknown'
  const { unified, raw } = reason as { unified?: unknown; raw?: unknown }
  if (typeof raw === 'string' && raw !== '') return raw
  return typeof unified === 'string' ? unified : 'unknown'
}
