import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { streamText } from 'ai'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import OpenAI from 'openai'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { trailerMetadata } from '../../sdk/src/ai-sdk.ts'
import { composeMessage, readReceiptTrailer } from '../../sdk/src/openai.ts'
import { tapSse, withReceiptTrailer } from '../../sdk/src/tap-sse.ts'
import { SCRIPTS, startProvider, type Provider } from '../support/provider.ts'
import { digestOf, startSigning, type SigningWorld } from '../support/receipted.ts'

let world: SigningWorld
let provider: Provider
let gateway: Server

beforeAll(async () => {
  world = await startSigning()
  provider = await startProvider()
  // A service before the provider, as its users see it: OpenAI-compatible, with a receipt in it.
  gateway = createServer((request, response) => {
    void (async () => {
      const pieces: Buffer[] = []
      for await (const piece of request) pieces.push(piece as Buffer)
      const stop = new AbortController()
      response.on('close', () => stop.abort())
      const upstream = await fetch(provider.origin + request.url!, {
        method: 'POST',
        body: Buffer.concat(pieces),
        signal: stop.signal,
      })
      const body = withReceiptTrailer(world.counterfoil, upstream.body!)
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      Readable.fromWeb(body as never)
        .on('error', () => response.destroy())
        .pipe(response)
    })().catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve))
})

afterEach(() => expect(world.errors).toEqual([]))

afterAll(async () => {
  gateway.closeAllConnections()
  gateway.close()
  await provider.close()
  await world.stop()
})

const TEXT = SCRIPTS['says-hello']!.text!.join('')
const gatewayUrl = (): string => `http://127.0.0.1:${(gateway.address() as AddressInfo).port}/v1`

const ask = (path: string, model: string): Promise<Response> =>
  fetch(provider.origin + path, { method: 'POST', body: JSON.stringify({ model, stream: true }) })

const bytesOf = async (response: Response): Promise<Uint8Array> =>
  new Uint8Array(await response.arrayBuffer())

function cutAt(bytes: Uint8Array, ...cuts: number[]): ReadableStream<Uint8Array> {
  const edges = [0, ...cuts, bytes.length]
  return new ReadableStream({
    start(controller) {
      for (let i = 1; i < edges.length; i++) controller.enqueue(bytes.slice(edges[i - 1], edges[i]))
      controller.close()
    },
  })
}

async function collect<T>(stream: AsyncIterable<T>, countMax = Infinity): Promise<T[]> {
  const chunks: T[] = []
  for await (const chunk of stream) if (chunks.push(chunk) === countMax) break
  return chunks
}

describe('raw server-sent events', () => {
  test('the exact bytes have a receipt of their own', async () => {
    for (const model of ['says-hello', 'says-hello+crlf+bytes', 'fails-midway']) {
      const bytes = await bytesOf(await ask('/v1/chat/completions', model))
      const body = tapSse(world.counterfoil, (await ask('/v1/chat/completions', model)).body!)
      expect(Buffer.from(await bytesOf(new Response(body))).equals(bytes)).toBe(true)
      const report = await world.reportOf(await body.receipt)
      expect(report).toMatchObject({
        verdict: 'valid',
        receipt: {
          claims: {
            content: {
              subject: 'wire',
              type: 'text/event-stream',
              digest: digestOf(bytes),
              length: bytes.length,
            },
          },
        },
      })
    }
  })

  test.each([
    ['openai', '/v1/chat/completions', 'says-hello+crlf'],
    ['openai', '/v1/responses', 'says-hello'],
    ['anthropic', '/v1/messages', 'says-hello'],
  ] as const)('the text in %s’s %s is signed wherever it is cut', async (read, path, model) => {
    const bytes = await bytesOf(await ask(path, model))
    const digests = new Set<string>()
    for (let cut = 1; cut < bytes.length; cut += 23) {
      const body = tapSse(world.counterfoil, cutAt(bytes, cut, cut + 1), { read })
      expect(Buffer.from(await bytesOf(new Response(body))).equals(bytes)).toBe(true)
      const signed = (await body.receipt)!
      const claims = JSON.parse(
        Buffer.from(signed.receipt.split('.')[1]!, 'base64url').toString(),
      ) as { content: { digest: string }; model: string }
      digests.add(claims.content.digest)
      expect(claims.model).toBe(model)
    }
    expect([...digests]).toEqual([digestOf(TEXT)])
  })

  test('a function of one’s own says what an event holds', async () => {
    const bytes = new TextEncoder().encode('event: word\ndata: one \n\nevent: end\ndata: \n\n')
    const body = tapSse(world.counterfoil, cutAt(bytes, 20), {
      read: ({ event, data }, answer) => {
        if (event === 'word') answer.text(data)
        if (event === 'end') answer.finish('over')
      },
    })
    await bytesOf(new Response(body))
    const report = await world.expectReceipt(await body.receipt, 'one ')
    expect(report.receipt.claims.outcome).toMatchObject({ status: 'complete', end: 'over' })
  })

  test('a reader who leaves stops the model, and has a receipt of what was handed out', async () => {
    const upstream = await ask('/v1/messages', 'is-slow')
    const body = tapSse(world.counterfoil, upstream.body!, { read: 'anthropic' })
    const reader = body.getReader()
    let seen = ''
    while (!seen.includes('"4 "')) seen += Buffer.from((await reader.read()).value!).toString()
    await reader.cancel()
    expect(await provider.requests.at(-1)!.ended).toBe('left')
    const report = await world.expectReceipt(await body.receipt, '0 1 2 3 4 ')
    expect(report.receipt.claims.outcome).toMatchObject({ status: 'partial', end: 'aborted' })
  })
})

describe('Lucid’s trailer in an OpenAI-compatible stream', () => {
  const client = () => new OpenAI({ apiKey: 'sk', baseURL: gatewayUrl(), maxRetries: 0 })
  const params = (model: string) => ({
    model,
    messages: [{ role: 'user' as const, content: 'Say something.' }],
    stream: true as const,
  })

  test('all bytes are as they were, and the receipt comes before [DONE], at every cut', async () => {
    const bytes = await bytesOf(await ask('/v1/chat/completions', 'says-hello'))
    const [before, end] = [bytes.slice(0, -14), bytes.slice(-14)]
    expect(Buffer.from(end).toString()).toBe('data: [DONE]\n\n')
    const cuts = Array.from({ length: 40 }, (_, i) => bytes.length - 20 + i).filter(
      (cut) => cut < bytes.length,
    )
    for (let cut = 1; cut < bytes.length; cut += 31) cuts.push(cut)
    for (const cut of cuts) {
      const body = withReceiptTrailer(world.counterfoil, cutAt(bytes, cut))
      const given = Buffer.from(await bytesOf(new Response(body)))
      expect(given.subarray(0, before.length).equals(before)).toBe(true)
      expect(given.subarray(-end.length).equals(end)).toBe(true)
      const trailer = given.subarray(before.length, -end.length).toString()
      const { receiptId, verifyUrl, receipt } = (await body.receipt)!
      expect(trailer).toMatch(/^data: \{[^\n]*\}\n\n$/)
      expect(JSON.parse(trailer.slice(6))).toEqual({
        id: 'chatcmpl-standin0001',
        object: 'chat.completion.chunk',
        created: 1_763_700_000,
        model: 'says-hello',
        choices: [],
        receipt: { receiptId, verifyUrl, receipt },
      })
    }
  })

  test('the openai client survives it, and stream.receipt is there after it', async () => {
    const direct = new OpenAI({ apiKey: 'sk', baseURL: `${provider.origin}/v1` })
    const bare = await collect(await direct.chat.completions.create(params('says-hello+bytes')))
    const stream = readReceiptTrailer(
      await client().chat.completions.create(params('says-hello+bytes')),
    )
    const chunks = []
    let text = ''
    for await (const chunk of stream) {
      chunks.push(chunk)
      // As it is written everywhere: no client checks that there is a choice with a delta.
      text += chunk.choices[0]?.delta.content ?? ''
    }
    expect(text).toBe(TEXT)
    expect(chunks.slice(0, -1)).toEqual(bare)
    const trailer = (await stream.receipt)!
    expect(trailer.matches).toBe(true)
    await world.counterfoil.flush()
    // The portal's report, and all of it verified once more on this side.
    expect(
      await world.counterfoil.receipts.get(trailer.receiptId, { content: TEXT }),
    ).toMatchObject({
      verdict: 'valid',
      signatureValid: true,
      contentMatches: true,
      report: { verdict: 'valid' },
      opinion: 'agrees',
    })
  })

  test('the openai client’s own accumulation survives it', async () => {
    const { messages } = params('')
    const stream = client().chat.completions.stream({ model: 'calls-tools', messages })
    const completion = await stream.finalChatCompletion()
    expect(completion.choices[0]!.message.tool_calls).toHaveLength(2)
  })

  test('tool calls are in the receipt, and the reader sees that they are', async () => {
    const stream = readReceiptTrailer(await client().chat.completions.create(params('calls-tools')))
    await collect(stream)
    const { receipt, matches } = (await stream.receipt)!
    expect(matches).toBe(true)
    const message = composeMessage({
      text: 'I’ll look. ',
      toolCalls: [
        { id: 'call_1', name: 'weather', input: '{"city":"Zürich"}' },
        { id: 'call_2', name: 'clock', input: '{}' },
      ],
    })
    const claims = Buffer.from(receipt.split('.')[1]!, 'base64url').toString()
    expect(claims).toContain(digestOf(message))
  })

  test('a chunk that was changed on its way is seen', async () => {
    const upstream = await ask('/v1/chat/completions', 'says-hello')
    const body = withReceiptTrailer(world.counterfoil, upstream.body!)
    const changed = (await new Response(body).text()).replace('Grüß', 'Gruß')
    const openai = new OpenAI({
      apiKey: 'sk',
      fetch: () => Promise.resolve(new Response(changed, { status: 200 })),
    })
    const stream = readReceiptTrailer(await openai.chat.completions.create(params('says-hello')))
    await collect(stream)
    expect((await stream.receipt)!.matches).toBe(false)
  })

  test('a stream without a trailer has no receipt', async () => {
    const direct = new OpenAI({ apiKey: 'sk', baseURL: `${provider.origin}/v1` })
    const stream = readReceiptTrailer(await direct.chat.completions.create(params('says-hello')))
    await collect(stream)
    expect(await stream.receipt).toBeNull()
  })

  test('the AI SDK survives it, and has the receipt in providerMetadata', async () => {
    const model = createOpenAICompatible({
      name: 'acme',
      baseURL: gatewayUrl(),
      metadataExtractor: trailerMetadata,
    })('says-hello')
    const result = streamText({ model, prompt: 'Say something.' })
    expect(await result.text).toBe(TEXT)
    expect(await result.finishReason).toBe('stop')
    const { receiptId } = (await result.providerMetadata)!['counterfoil'] as { receiptId: string }
    await world.counterfoil.flush()
    const { body } = await world.portal.call('GET', `/v1/receipts/${receiptId}`)
    expect(body).toMatchObject({ verdict: 'valid' })
  })

  test('a stream that ends without [DONE] has its partial receipt at its end', async () => {
    const upstream = await ask('/v1/chat/completions', 'ends-too-early')
    const body = withReceiptTrailer(world.counterfoil, upstream.body!)
    expect(await new Response(body).text()).toMatch(/"choices":\[\],"receipt":\{[^\n]*\n\n$/)
    const report = await world.expectReceipt(await body.receipt, 'one two ')
    expect(report.verdict).toBe('partial')
  })

  test('a client who leaves stops the model behind the gateway', async () => {
    const stream = await client().chat.completions.create(params('is-slow'))
    expect(await collect(stream, 5)).toHaveLength(5)
    expect(await provider.requests.at(-1)!.ended).toBe('left')
  })
})
