import OpenAI from 'openai'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { composeMessage, signOpenAI, tapOpenAI } from '../../sdk/src/openai.ts'
import { SCRIPTS, startProvider, type Provider } from '../support/provider.ts'
import { startSigning, type SigningWorld } from '../support/receipted.ts'

let world: SigningWorld
let provider: Provider
let openai: OpenAI

beforeAll(async () => {
  world = await startSigning()
  provider = await startProvider()
  openai = new OpenAI({ apiKey: 'sk-stand-in', baseURL: `${provider.origin}/v1`, maxRetries: 0 })
})

afterEach(() => expect(world.errors).toEqual([]))

afterAll(async () => {
  await provider.close()
  await world.stop()
})

const respond = (model: string) => openai.responses.create({ model, input: 'Say', stream: true })
const textOf = (model: string): string => (SCRIPTS[model]!.text ?? []).join('')

async function collect<T>(stream: AsyncIterable<T>): Promise<{ chunks: T[]; error: unknown }> {
  const chunks: T[] = []
  try {
    for await (const chunk of stream) chunks.push(chunk)
  } catch (error) {
    return { chunks, error }
  }
  return { chunks, error: null }
}

const TOOL_CALLS = [
  { id: 'call_1', name: 'weather', input: '{"city":"Zürich"}' },
  { id: 'call_2', name: 'clock', input: '{}' },
]

describe('responses', () => {
  test.each([
    'says-hello+crlf+bytes',
    'stops-at-length',
    'calls-tools',
    'thinks',
    'fails-midway',
    'is-cut-off',
  ])('a tapped stream gives what the bare one gives: %s', async (model) => {
    const bare = await collect(await respond(model))
    const stream = tapOpenAI(world.counterfoil, await respond(model))
    const tapped = await collect(stream)
    expect(tapped.chunks).toEqual(bare.chunks)
    expect(String(tapped.error)).toBe(String(bare.error))
    await (await stream.receipt)!.delivery
  })

  test.each([
    ['says-hello', 'completed', 'valid', SCRIPTS['says-hello']!.text!.join('')],
    ['stops-at-length', 'max_output_tokens', 'valid', 'as long as it may be'],
    ['fails-midway', 'error', 'partial', 'one two '],
    ['is-cut-off', 'error', 'partial', 'one two '],
    ['ends-too-early', 'unfinished', 'partial', 'one two '],
    [
      'calls-tools',
      'completed',
      'valid',
      composeMessage({ text: 'I’ll look. ', toolCalls: TOOL_CALLS }),
    ],
  ])('%s ends as %s and is %s', async (model, end, verdict, content) => {
    const stream = tapOpenAI(world.counterfoil, await respond(model))
    await collect(stream)
    const report = await world.expectReceipt(await stream.receipt, content)
    expect(report.verdict).toBe(verdict)
    expect(report.receipt.claims).toMatchObject({ model, outcome: { end } })
  })

  test('reasoning summaries are signed where that is asked for', async () => {
    const stream = tapOpenAI(world.counterfoil, await respond('thinks'), { reasoning: true })
    await collect(stream)
    await world.expectReceipt(
      await stream.receipt,
      composeMessage({ text: 'It is 42.', reasoning: 'Let me see…' }),
    )
  })

  test('a reader who leaves stops the model', async () => {
    const stream = tapOpenAI(world.counterfoil, await respond('is-slow'))
    let seen = ''
    for await (const event of stream) {
      if (event.type === 'response.output_text.delta') seen += event.delta
      if (seen.endsWith('4 ')) break
    }
    expect(await provider.requests.at(-1)!.ended).toBe('left')
    await world.expectReceipt(await stream.receipt, '0 1 2 3 4 ')
  })

  test('the stream of .stream(), iterated', async () => {
    const stream = tapOpenAI(
      world.counterfoil,
      openai.responses.stream({ model: 'says-hello', input: 'Say' }),
    )
    let seen = ''
    for await (const event of stream)
      if (event.type === 'response.output_text.delta') seen += event.delta
    const report = await world.expectReceipt(await stream.receipt, seen)
    expect(report.verdict).toBe('valid')
  })

  test('a finished response has the receipt that its stream would have', async () => {
    const response = await openai.responses.create({ model: 'calls-tools', input: 'Say' })
    await world.expectReceipt(
      await signOpenAI(world.counterfoil, response),
      composeMessage({ text: textOf('calls-tools'), toolCalls: TOOL_CALLS }),
    )
  })
})
