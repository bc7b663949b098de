import type { Answer } from './answer.ts'

/**
 * The used members of a part of a stream, or of a finished result's content, in the AI SDK's
 * language model specifications v2 to v4 (AI SDK 5 to 7).
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

/** Writes a part to the answer. Files, sources and results of the provider's tools are left out. */
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

/** The provider's own finish reason if it is known, else the AI SDK's. */
export function readFinishReason(reason: unknown): string {
  if (typeof reason === 'string') return reason
  if (typeof reason !== 'object' || reason === null) return 'unknown'
  const { unified, raw } = reason as { unified?: unknown; raw?: unknown }
  if (typeof raw === 'string' && raw !== '') return raw
  return typeof unified === 'string' ? unified : 'unknown'
}
