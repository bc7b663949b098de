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

const messages = [{ role: 'user' as const, content: 'Say something.' }]
const chat = (model: string) => openai.chat.completions.create({ model, messages, stream: true })
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

describe('chat completions', () => {
  test.each([
    'says-hello',
    'says-hello+crlf',
    'says-hello+bytes',
    'says-nothing',
    'stops-at-length',
    'calls-tools',
    'calls-tools-only',
    'thinks',
    'fails-midway',
    'is-cut-off',
    'ends-too-early',
  ])('a tapped stream gives what the bare one gives: %s', async (model) => {
    const bare = await collect(await chat(model))
    const stream = tapOpenAI(world.counterfoil, await chat(model))
    const tapped = await collect(stream)
    expect(tapped.chunks).toEqual(bare.chunks)
    expect(String(tapped.error)).toBe(String(bare.error))
    expect((tapped.error as object | null)?.constructor).toBe(
      (bare.error as object | null)?.constructor,
    )
    await (await stream.receipt)!.delivery
  })

  test('a text has a valid receipt of exactly that text', async () => {
    const stream = tapOpenAI(world.counterfoil, await chat('says-hello+bytes'))
    await collect(stream)
    const report = await world.expectReceipt(await stream.receipt, textOf('says-hello'))
    expect(report.verdict).toBe('valid')
    expect(report.receipt.claims).toMatchObject({
      model: 'says-hello+bytes',
      content: { subject: 'text', type: 'text/plain; charset=utf-8' },
      outcome: { status: 'complete', end: 'stop', chunks: 7 },
    })
  })

  test('a model that the caller named is named as the caller does', async () => {
    const stream = tapOpenAI(world.counterfoil, await chat('says-hello'), {
      model: 'my-model',
      provider: 'my-provider',
      meta: { route: 'chat' },
    })
    await collect(stream)
    const report = await world.reportOf(await stream.receipt)
    expect(report.receipt.claims).toMatchObject({
      model: 'my-model',
      provider: 'my-provider',
      meta: { route: 'chat' },
    })
  })

  test('the finish reason is the receipt’s end', async () => {
    const stream = tapOpenAI(world.counterfoil, await chat('stops-at-length'))
    await collect(stream)
    const report = await world.expectReceipt(await stream.receipt, textOf('stops-at-length'))
    expect(report.receipt.claims.outcome).toMatchObject({ status: 'complete', end: 'length' })
  })

  test('tool calls are signed as one JSON message', async () => {
    const stream = tapOpenAI(world.counterfoil, await chat('calls-tools'))
    await collect(stream)
    const text = textOf('calls-tools')
    const message = composeMessage({ text, toolCalls: TOOL_CALLS })
    const report = await world.expectReceipt(await stream.receipt, message)
    expect(report.verdict).toBe('valid')
    expect(report.receipt.claims).toMatchObject({
      content: { subject: 'message', type: 'application/json' },
      outcome: { status: 'complete', end: 'tool_calls' },
    })
    expect(JSON.parse(message)).toEqual({ role: 'assistant', text, toolCalls: TOOL_CALLS })
  })

  test('reasoning is left out unless it is asked for', async () => {
    const without = tapOpenAI(world.counterfoil, await chat('thinks'))
    await collect(without)
    await world.expectReceipt(await without.receipt, 'It is 42.')
    const withIt = tapOpenAI(world.counterfoil, await chat('thinks'), { reasoning: true })
    await collect(withIt)
    await world.expectReceipt(
      await withIt.receipt,
      composeMessage({ text: 'It is 42.', reasoning: 'Let me see…' }),
    )
  })

  test.each(['fails-midway', 'is-cut-off', 'ends-too-early'])(
    'an answer that was cut short has a partial receipt of what came: %s',
    async (model) => {
      const stream = tapOpenAI(world.counterfoil, await chat(model))
      await collect(stream)
      const report = await world.expectReceipt(await stream.receipt, 'one two ')
      expect(report.verdict).toBe('partial')
      expect(report.receipt.claims.outcome).toMatchObject({
        status: 'partial',
        end: model === 'ends-too-early' ? 'unfinished' : 'error',
      })
    },
  )

  test('a partial answer is skipped where that is asked for', async () => {
    for (const model of ['fails-midway', 'ends-too-early']) {
      const stream = tapOpenAI(world.counterfoil, await chat(model), { partial: 'skip' })
      await collect(stream)
      expect(await stream.receipt).toBeNull()
    }
  })

  test('a reader who leaves stops the model, and has a receipt of what was handed out', async () => {
    const stream = tapOpenAI(world.counterfoil, await chat('is-slow'))
    let seen = ''
    for await (const chunk of stream) {
      seen += chunk.choices[0]?.delta.content ?? ''
      if (seen.endsWith('4 ')) break
    }
    expect(await provider.requests.at(-1)!.ended).toBe('left')
    const report = await world.expectReceipt(await stream.receipt, '0 1 2 3 4 ')
    expect(report.verdict).toBe('partial')
    expect(report.receipt.claims.outcome).toMatchObject({
      status: 'partial',
      end: 'aborted',
      chunks: 5,
    })
  })

  test('an abort by the controller ends the loop without an error, and the receipt says so', async () => {
    const stream = tapOpenAI(world.counterfoil, await chat('is-slow'))
    let seen = ''
    for await (const chunk of stream) {
      seen += chunk.choices[0]?.delta.content ?? ''
      if (seen.endsWith('4 ')) stream.controller.abort()
    }
    expect(await provider.requests.at(-1)!.ended).toBe('left')
    const report = await world.expectReceipt(await stream.receipt, seen)
    expect(report.receipt.claims.outcome).toMatchObject({ status: 'partial', end: 'aborted' })
  })

  test('a reader who leaves after the finish reason has had the whole', async () => {
    const stream = tapOpenAI(world.counterfoil, await chat('says-hello'))
    for await (const chunk of stream) if (chunk.choices[0]?.finish_reason === 'stop') break
    const report = await world.expectReceipt(await stream.receipt, textOf('says-hello'))
    expect(report.verdict).toBe('valid')
  })

  test('tee() and toReadableStream() work as before, and are followed', async () => {
    const teed = tapOpenAI(world.counterfoil, await chat('says-hello'))
    const [left, right] = teed.tee()
    const [one, two] = await Promise.all([collect(left), collect(right)])
    expect(one.chunks).toEqual(two.chunks)
    expect(one.chunks).toEqual((await collect(await chat('says-hello'))).chunks)
    await world.expectReceipt(await teed.receipt, textOf('says-hello'))

    const stream = tapOpenAI(world.counterfoil, await chat('says-hello'))
    const bare = await new Response((await chat('says-hello')).toReadableStream()).text()
    expect(await new Response(stream.toReadableStream()).text()).toBe(bare)
    await world.expectReceipt(await stream.receipt, textOf('says-hello'))
  })

  test('the stream of .stream(), with listeners alone', async () => {
    const stream = tapOpenAI(
      world.counterfoil,
      openai.chat.completions.stream({ model: 'says-hello', messages }),
    )
    let seen = ''
    stream.on('content', (delta) => (seen += delta))
    expect((await stream.finalChatCompletion()).choices[0]!.message.content).toBe(seen)
    const report = await world.expectReceipt(await stream.receipt, textOf('says-hello'))
    expect(report.verdict).toBe('valid')
  })

  test('a finished completion has the receipt that its stream would have', async () => {
    for (const [model, content] of [
      ['says-hello', textOf('says-hello')],
      ['calls-tools', composeMessage({ text: textOf('calls-tools'), toolCalls: TOOL_CALLS })],
    ] as const) {
      const completion = await openai.chat.completions.create({ model, messages })
      const signed = await signOpenAI(world.counterfoil, completion, { jobId: `job-${model}` })
      const report = await world.expectReceipt(signed, content)
      expect(report.verdict).toBe('valid')
      expect(report.receipt.claims).toMatchObject({ model, jti: `job-${model}` })
    }
  })
})
