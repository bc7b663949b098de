import type { Script } from './provider.ts'

const CREATED = 1_763_700_000
const ID = 'chatcmpl-standin0001'
const FINGERPRINT = 'fp_standin'

const data = (value: object): string => `data: ${JSON.stringify(value)}\n\n`
const named = (value: { type: string; [member: string]: unknown }): string =>
  `event: ${value.type}\n${data(value)}`

const USAGE = { prompt_tokens: 9, completion_tokens: 12, total_tokens: 21 }
const FINISH = { stop: 'stop', length: 'length', tools: 'tool_calls' }
const ERROR = {
  error: { message: 'The server had an error.', type: 'server_error', param: null, code: null },
}

/** Chat completions, as recorded: a first chunk with the role, one for each piece, usage, [DONE]. */
export function* chatEvents(script: Script, model: string): Generator<string> {
  const chunk = (delta: object, finish_reason: string | null = null): string =>
    data({
      id: ID,
      object: 'chat.completion.chunk',
      created: CREATED,
      model,
      service_tier: 'default',
      system_fingerprint: FINGERPRINT,
      choices: [{ index: 0, delta, logprobs: null, finish_reason }],
      usage: null,
    })

  yield chunk({ role: 'assistant', content: '', refusal: null })
  for (const piece of script.reasoning ?? []) yield chunk({ reasoning_content: piece })
  for (const piece of script.text ?? []) yield chunk({ content: piece })
  if (script.then === 'error') yield data(ERROR)
  if (script.then === 'cut') yield 'cut'
  if (script.then !== undefined) return
  for (const [index, { id, name, input }] of (script.tools ?? []).entries()) {
    yield chunk({
      tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }],
    })
    for (const piece of input) {
      yield chunk({ tool_calls: [{ index, function: { arguments: piece } }] })
    }
  }
  yield chunk({}, FINISH[script.finish ?? 'stop'])
  yield data({
    id: ID,
    object: 'chat.completion.chunk',
    created: CREATED,
    model,
    service_tier: 'default',
    system_fingerprint: FINGERPRINT,
    choices: [],
    usage: USAGE,
  })
  yield 'data: [DONE]\n\n'
}

export function chatAnswer(script: Script, model: string): object {
  const tool_calls = (script.tools ?? []).map(({ id, name, input }) => ({
    id,
    type: 'function',
    function: { name, arguments: input.join('') },
  }))
  const message = {
    role: 'assistant',
    content: script.text === undefined ? null : script.text.join(''),
    refusal: null,
    ...(script.reasoning === undefined ? {} : { reasoning_content: script.reasoning.join('') }),
    ...(tool_calls.length === 0 ? {} : { tool_calls }),
    annotations: [],
  }
  return {
    id: ID,
    object: 'chat.completion',
    created: CREATED,
    model,
    choices: [
      { index: 0, message, logprobs: null, finish_reason: FINISH[script.finish ?? 'stop'] },
    ],
    usage: USAGE,
    service_tier: 'default',
    system_fingerprint: FINGERPRINT,
  }
}

/** Responses, as recorded: named events with a sequence number, each part added, told and done. */
export function* responseEvents(script: Script, model: string): Generator<string> {
  let sequence_number = 0
  const event = (type: string, more: object): string =>
    named({ type, sequence_number: sequence_number++, ...more })
  const started = { ...responseShape(model), status: 'in_progress', output: [], usage: null }
  const output: object[] = []

  yield event('response.created', { response: started })
  yield event('response.in_progress', { response: started })
  if (script.reasoning !== undefined) {
    const output_index = output.length
    const item = { id: 'rs_1', type: 'reasoning', summary: [] as object[] }
    yield event('response.output_item.added', { output_index, item })
    const at = { item_id: 'rs_1', output_index, summary_index: 0 }
    for (const delta of script.reasoning)
      yield event('response.reasoning_summary_text.delta', { ...at, delta })
    const text = script.reasoning.join('')
    yield event('response.reasoning_summary_text.done', { ...at, text })
    item.summary.push({ type: 'summary_text', text })
    yield event('response.output_item.done', { output_index, item })
    output.push(item)
  }
  if (script.text !== undefined) {
    const output_index = output.length
    const at = { item_id: 'msg_1', output_index, content_index: 0 }
    const part = { type: 'output_text', annotations: [], logprobs: [], text: '' }
    const item = { id: 'msg_1', type: 'message', role: 'assistant', status: 'in_progress' }
    yield event('response.output_item.added', { output_index, item: { ...item, content: [] } })
    yield event('response.content_part.added', { ...at, part })
    for (const delta of script.text)
      yield event('response.output_text.delta', { ...at, delta, logprobs: [] })
    if (script.then === 'error')
      yield event('error', { code: 'server_error', message: 'It failed.', param: null })
    if (script.then === 'cut') yield 'cut'
    if (script.then !== undefined) return
    const text = script.text.join('')
    yield event('response.output_text.done', { ...at, text, logprobs: [] })
    yield event('response.content_part.done', { ...at, part: { ...part, text } })
    const done = { ...item, status: 'completed', content: [{ ...part, text }] }
    yield event('response.output_item.done', { output_index, item: done })
    output.push(done)
  }
  for (const { id, name, input } of script.tools ?? []) {
    const output_index = output.length
    const item = { id: `fc_${id}`, type: 'function_call', call_id: id, name }
    yield event('response.output_item.added', {
      output_index,
      item: { ...item, status: 'in_progress', arguments: '' },
    })
    const at = { item_id: item.id, output_index }
    for (const delta of input)
      yield event('response.function_call_arguments.delta', { ...at, delta })
    yield event('response.function_call_arguments.done', { ...at, arguments: input.join('') })
    const done = { ...item, status: 'completed', arguments: input.join('') }
    yield event('response.output_item.done', { output_index, item: done })
    output.push(done)
  }
  const response = { ...responseShape(model), ...responseEnd(script), output }
  yield event(`response.${response.status}`, { response })
}

export function responseAnswer(script: Script, model: string): object {
  const output: object[] = []
  if (script.reasoning !== undefined) {
    const text = script.reasoning.join('')
    output.push({ id: 'rs_1', type: 'reasoning', summary: [{ type: 'summary_text', text }] })
  }
  if (script.text !== undefined) {
    const content = [{ type: 'output_text', annotations: [], text: script.text.join('') }]
    output.push({ id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', content })
  }
  for (const { id, name, input } of script.tools ?? [])
    output.push({
      id: `fc_${id}`,
      type: 'function_call',
      call_id: id,
      name,
      arguments: input.join(''),
      status: 'completed',
    })
  return { ...responseShape(model), ...responseEnd(script), output }
}

const responseShape = (model: string): object => ({
  id: 'resp_standin0001',
  object: 'response',
  created_at: CREATED,
  error: null,
  instructions: null,
  metadata: {},
  model,
  parallel_tool_calls: true,
  temperature: 1,
  tool_choice: 'auto',
  tools: [],
  top_p: 1,
})

const responseEnd = (script: Script) =>
  script.finish === 'length'
    ? { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' }, usage: SPENT }
    : { status: 'completed', incomplete_details: null, usage: SPENT }

const SPENT = {
  input_tokens: 9,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 12,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 21,
}
