import Anthropic from '@anthropic-ai/sdk'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { composeMessage, signAnthropic, tapAnthropic } from '../../sdk/src/anthropic.ts'
import { SCRIPTS, startProvider, type Provider } from '../support/provider.ts'
import { startSigning, type SigningWorld } from '../support/receipted.ts'

let world: SigningWorld
let provider: Provider
let anthropic: Anthropic

beforeAll(async () => {
  world = await startSigning()
  provider = await startProvider()
  anthropic = new Anthropic({ apiKey: 'sk-stand-in', baseURL: provider.origin, maxRetries: 0 })
})

afterEach(() => expect(world.errors).toEqual([]))

afterAll(async () => {
  await provider.close()
  await world.stop()
})

const params = (model: string) => ({
  model,
  max_tokens: 100,
  messages: [{ role: 'user' as const, content: 'Say something.' }],
})
const raw = (model: string) => anthropic.messages.create({ ...params(model), stream: true })
const pushed = (model: string) => anthropic.messages.stream(params(model))
const textOf = (model: string): string => (SCRIPTS[model]!.text ?? []).join('')

async function collect<T>(stream: AsyncIterable<T>): Promise<{ chunks: T[]; error: unknown }> {
  const chunks: T[] = []
  try {
    // A copy, as the event was then: the package fills its messages later.
    for await (const chunk of stream) chunks.push(structuredClone(chunk))
  } catch (error) {
    return { chunks, error }
  }
  return { chunks, error: null }
}

const MESSAGE = composeMessage({
  text: 'I’ll look. ',
  toolCalls: [
    { id: 'call_1', name: 'weather', input: '{"city":"Zürich"}' },
    { id: 'call_2', name: 'clock', input: '{}' },
  ],
})

const MODELS = [
  'says-hello',
  'says-hello+crlf+bytes',
  'says-nothing',
  'stops-at-length',
  'calls-tools',
  'thinks',
  'fails-midway',
  'is-cut-off',
  'ends-too-early',
]

test.each(MODELS)('a tapped raw stream gives what the bare one gives: %s', async (model) => {
  const bare = await collect(await raw(model))
  const stream = tapAnthropic(world.counterfoil, await raw(model))
  const tapped = await collect(stream)
  expect(tapped.chunks).toEqual(bare.chunks)
  expect(String(tapped.error)).toBe(String(bare.error))
  await (await stream.receipt)!.delivery
})

test.each(MODELS)('a tapped MessageStream gives what the bare one gives: %s', async (model) => {
  const bare = await collect(pushed(model))
  const stream = tapAnthropic(world.counterfoil, pushed(model))
  const tapped = await collect(stream)
  expect(tapped.chunks).toEqual(bare.chunks)
  expect(String(tapped.error)).toBe(String(bare.error))
  await (await stream.receipt)!.delivery
})

test.each([
  ['says-hello', 'end_turn', 'valid', textOf('says-hello')],
  ['says-nothing', 'end_turn', 'valid', ''],
  ['stops-at-length', 'max_tokens', 'valid', 'as long as it may be'],
  ['thinks', 'end_turn', 'valid', 'It is 42.'],
  ['calls-tools', 'tool_use', 'valid', MESSAGE],
  ['fails-midway', 'error', 'partial', 'one two '],
  ['is-cut-off', 'error', 'partial', 'one two '],
  ['ends-too-early', 'unfinished', 'partial', 'one two '],
])('%s ends as %s and is %s', async (model, end, verdict, content) => {
  const stream = tapAnthropic(world.counterfoil, await raw(model))
  await collect(stream)
  const report = await world.expectReceipt(await stream.receipt, content)
  expect(report.verdict).toBe(verdict)
  expect(report.receipt.claims).toMatchObject({ model, outcome: { end } })
})

test('thinking is signed where that is asked for', async () => {
  const stream = tapAnthropic(world.counterfoil, pushed('thinks'), { reasoning: true })
  await collect(stream)
  await world.expectReceipt(
    await stream.receipt,
    composeMessage({ text: 'It is 42.', reasoning: 'Let me see…' }),
  )
})

test('a MessageStream with listeners alone has a receipt of what arrived', async () => {
  const stream = tapAnthropic(world.counterfoil, pushed('calls-tools'))
  let seen = ''
  stream.on('text', (text) => (seen += text))
  const message = await stream.finalMessage()
  expect(seen).toBe(textOf('calls-tools'))
  const report = await world.expectReceipt(await stream.receipt, MESSAGE)
  expect(report.verdict).toBe('valid')
  expect(message.content.map((block) => block.type)).toEqual(['text', 'tool_use', 'tool_use'])
  await world.expectReceipt(await signAnthropic(world.counterfoil, message), MESSAGE)
})

test('a failing MessageStream still tells its own listeners', async () => {
  const stream = tapAnthropic(world.counterfoil, pushed('fails-midway'))
  const heard: unknown[] = []
  stream.on('error', (error) => heard.push(error))
  const signed = await stream.receipt
  expect(heard).toHaveLength(1)
  const report = await world.expectReceipt(signed, 'one two ')
  expect(report.receipt.claims.outcome).toMatchObject({ status: 'partial', end: 'error' })
})

test('abort() stops the model, and the receipt covers what the loop took', async () => {
  const stream = tapAnthropic(world.counterfoil, pushed('is-slow'))
  let seen = ''
  const { error } = await collect(
    (async function* () {
      for await (const event of stream) {
        if (event.type === 'content_block_delta' && event.delta.type === 'text_delta')
          seen += event.delta.text
        yield event
        if (seen.endsWith('4 ')) stream.abort()
      }
    })(),
  )
  expect(error).toBeInstanceOf(Anthropic.APIUserAbortError)
  expect(await provider.requests.at(-1)!.ended).toBe('left')
  const report = await world.expectReceipt(await stream.receipt, seen)
  expect(report.verdict).toBe('partial')
  expect(report.receipt.claims.outcome).toMatchObject({ status: 'partial', end: 'aborted' })
})

test('a reader who leaves stops the model, raw or not', async () => {
  for (const open of [raw, pushed]) {
    const stream = tapAnthropic(world.counterfoil, await open('is-slow'))
    let seen = ''
    for await (const event of stream) {
      if (event.type === 'content_block_delta' && event.delta.type === 'text_delta')
        seen += event.delta.text
      if (seen.endsWith('4 ')) break
    }
    expect(await provider.requests.at(-1)!.ended).toBe('left')
    const report = await world.expectReceipt(await stream.receipt, '0 1 2 3 4 ')
    expect(report.receipt.claims.outcome).toMatchObject({ end: 'aborted', chunks: 5 })
  }
})

test('a finished message has the receipt that its stream would have', async () => {
  const message = await anthropic.messages.create(params('calls-tools'))
  const report = await world.expectReceipt(
    await signAnthropic(world.counterfoil, message, { provider: 'anthropic' }),
    MESSAGE,
  )
  expect(report.receipt.claims).toMatchObject({ model: 'calls-tools', provider: 'anthropic' })
})
