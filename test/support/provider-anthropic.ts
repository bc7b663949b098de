import type { Script } from './provider.ts'

const ID = 'msg_standin0001'
const FINISH = { stop: 'end_turn', length: 'max_tokens', tools: 'tool_use' }
const USAGE = {
  input_tokens: 9,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  output_tokens: 12,
  service_tier: 'standard',
}

const event = (value: { type: string; [member: string]: unknown }): string =>
  `event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`

/** Messages, as recorded: a message, its blocks one after the other, pings, a stop reason. */
export function* anthropicEvents(script: Script, model: string): Generator<string> {
  let index = 0
  function* block(content_block: object, deltas: object[]): Generator<string> {
    yield event({ type: 'content_block_start', index, content_block })
    for (const delta of deltas) yield event({ type: 'content_block_delta', index, delta })
  }
  const stop = (): string => event({ type: 'content_block_stop', index: index++ })

  const message = { ...shape(model), content: [], stop_reason: null, stop_sequence: null }
  const usage = { ...USAGE, output_tokens: 1 }
  yield event({ type: 'message_start', message: { ...message, usage } })
  yield event({ type: 'ping' })
  if (script.reasoning !== undefined) {
    yield* block({ type: 'thinking', thinking: '', signature: '' }, [
      ...script.reasoning.map((thinking) => ({ type: 'thinking_delta', thinking })),
      { type: 'signature_delta', signature: 'c3RhbmQtaW4=' },
    ])
    yield stop()
  }
  if (script.text !== undefined && script.text.length > 0) {
    const deltas = script.text.map((text) => ({ type: 'text_delta', text }))
    yield* block({ type: 'text', text: '' }, deltas)
    if (script.then === 'error') {
      const error = { type: 'overloaded_error', message: 'Overloaded' }
      yield event({ type: 'error', error })
    }
    if (script.then === 'cut') yield 'cut'
    if (script.then !== undefined) return
    yield stop()
  }
  for (const { id, name, input } of script.tools ?? []) {
    // No arguments: none are told, and the finished block has an empty object.
    const told = input.join('') === '{}' ? [''] : ['', ...input]
    const deltas = told.map((partial_json) => ({ type: 'input_json_delta', partial_json }))
    yield* block({ type: 'tool_use', id, name, input: {} }, deltas)
    yield stop()
  }
  const delta = { stop_reason: FINISH[script.finish ?? 'stop'], stop_sequence: null }
  yield event({ type: 'message_delta', delta, usage: { output_tokens: 12 } })
  yield event({ type: 'message_stop' })
}

export function anthropicAnswer(script: Script, model: string): object {
  const content: object[] = []
  if (script.reasoning !== undefined)
    content.push({
      type: 'thinking',
      thinking: script.reasoning.join(''),
      signature: 'c3RhbmQtaW4=',
    })
  if (script.text !== undefined && script.text.length > 0)
    content.push({ type: 'text', text: script.text.join('') })
  for (const { id, name, input } of script.tools ?? [])
    content.push({ type: 'tool_use', id, name, input: JSON.parse(input.join('')) as unknown })
  const stop_reason = FINISH[script.finish ?? 'stop']
  return { ...shape(model), content, stop_reason, stop_sequence: null, usage: USAGE }
}

const shape = (model: string): object => ({ id: ID, type: 'message', role: 'assistant', model })
