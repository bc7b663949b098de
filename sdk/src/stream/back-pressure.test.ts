import { createHash, generateKeyPairSync } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { counterfoilMiddleware } from '../ai-sdk.ts'
import { tapAnthropic } from '../anthropic.ts'
import type { SignedReceipt } from '../details.ts'
import type { ProviderStream } from '../providers/follow-stream.ts'
import { createCounterfoil } from '../index.ts'
import { tapOpenAI } from '../openai.ts'
import { readReceipt } from '../receipt/receipt.ts'
import { receiptStream } from '../sse.ts'
import { tapSse, withReceiptTrailer } from '../tap-sse.ts'

/** A Counterfoil that signs and sends nothing. */
const counterfoil = createCounterfoil({
  portal: 'http://portal.test',
  issuer: 'acme',
  signingKey: generateKeyPairSync('ed25519').privateKey,
  apiKey: 'cfl_test_key',
  fetch: () => Promise.reject(new Error('no network')),
})

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** A source that counts its reads and notes its cancellation. */
interface Watched {
  pulled: number
  isEnded: boolean
}

function iterable<T>(watched: Watched, chunkOf: (text: string) => T, texts: Iterator<string>) {
  const iterator: AsyncIterableIterator<T> = {
    [Symbol.asyncIterator]: () => iterator,
    async next() {
      const next = await Promise.resolve(texts.next())
      if (next.done === true) return { done: true, value: undefined }
      watched.pulled++
      return { done: false, value: chunkOf(next.value) }
    },
    return() {
      watched.isEnded = true
      return Promise.resolve({ done: true, value: undefined })
    },
  }
  return iterator
}

function readable<T>(
  watched: Watched,
  chunkOf: (text: string) => T,
  texts: Iterator<string>,
  type?: 'bytes',
): ReadableStream<T> {
  const source = iterable(watched, chunkOf, texts)
  return new ReadableStream<T>(
    {
      type,
      async pull(controller: ReadableStreamDefaultController<T>) {
        const next = await source.next()
        if (next.done === true) controller.close()
        else controller.enqueue(next.value)
      },
      cancel: () => void (watched.isEnded = true),
    } as UnderlyingDefaultSource<T>,
    { highWaterMark: 0 },
  )
}

const provider = (source: AsyncIterable<unknown>): ProviderStream => ({
  controller: new AbortController(),
  [Symbol.asyncIterator]: () => source[Symbol.asyncIterator](),
})

const chatChunk = (text: string) => ({ choices: [{ index: 0, delta: { content: text } }] })
const encode = (text: string) => new TextEncoder().encode(text)
const wire = (text: string) => encode(`data: ${JSON.stringify(chatChunk(text))}\n\n`)

type Tapped = (AsyncIterable<unknown> | ReadableStream<unknown>) & {
  receipt: Promise<SignedReceipt | null>
}
type Make = (watched: Watched, texts: Iterator<string>) => Tapped | Promise<Tapped>

const TAPS: [string, Make][] = [
  ['text of an iterable', (w, texts) => counterfoil.tap(iterable(w, (text) => text, texts))],
  ['text of a stream', (w, texts) => counterfoil.tap(readable(w, (text) => text, texts))],
  ['bytes', (w, texts) => counterfoil.tap(readable(w, encode, texts, 'bytes'))],
  [
    'chat completions',
    (w, texts) => tapOpenAI(counterfoil, provider(iterable(w, chatChunk, texts))),
  ],
  [
    'responses',
    (w, texts) => {
      const chunkOf = (delta: string) => ({ type: 'response.output_text.delta', delta })
      return tapOpenAI(counterfoil, provider(iterable(w, chunkOf, texts)))
    },
  ],
  [
    'messages of Anthropic',
    (w, texts) => {
      const chunkOf = (text: string) => ({
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'text_delta', text },
      })
      return tapAnthropic(counterfoil, provider(iterable(w, chunkOf, texts)))
    },
  ],
  [
    'a language model of the AI SDK',
    async (w, texts) => {
      let onSigned: (signed: SignedReceipt) => void
      const receipt = new Promise<SignedReceipt>((resolve) => (onSigned = resolve))
      const middleware = counterfoilMiddleware({
        counterfoil,
        onReceiptSigned: (signed) => onSigned(signed),
      })
      const part = (delta: string) => ({ type: 'text-delta', id: '0', delta })
      const { stream } = await middleware.wrapStream({
        doStream: () => Promise.resolve({ stream: readable<unknown>(w, part, texts) }),
        params: { prompt: [] },
        model: { provider: 'stand-in', modelId: 'model' },
      })
      return Object.assign(stream, { receipt })
    },
  ],
  [
    'an event stream, for the answer in it',
    (w, texts) => tapSse(counterfoil, readable(w, wire, texts), { read: 'openai' }),
  ],
  [
    'an event stream with a trailer',
    (w, texts) => withReceiptTrailer(counterfoil, readable(w, wire, texts)),
  ],
  [
    'our own events',
    (w, texts) =>
      receiptStream(
        counterfoil,
        iterable(w, (text) => text, texts),
      ),
  ],
]

const pause = () => new Promise((resume) => setTimeout(resume, 5))

/** Reads both kinds of streams in one way. */
function readerOf(tapped: Tapped): { read(): Promise<{ done?: boolean }>; leave(): unknown } {
  if (tapped instanceof ReadableStream) {
    const reader = tapped.getReader()
    return { read: () => reader.read(), leave: () => reader.cancel() }
  }
  const iterator = tapped[Symbol.asyncIterator]()
  return { read: () => iterator.next(), leave: () => iterator.return?.() }
}

test.each(TAPS)(
  'nothing of %s is asked for ahead of a slow reader, and one who leaves ends it',
  async (_what, make) => {
    const watched = { pulled: 0, isEnded: false }
    const words = Array.from({ length: 100 }, (_, at) => `word ${at} `)
    const tapped = await make(watched, words.values())
    const reader = readerOf(tapped)
    await pause()
    expect(watched.pulled).toBe(0)
    for (let taken = 1; taken <= 5; taken++) {
      await reader.read()
      await pause()
      expect(watched.pulled).toBe(taken)
    }
    await reader.leave()
    expect(watched.isEnded).toBe(true)
    const reading = readReceipt((await tapped.receipt)!.receipt)
    if (!reading.ok) throw new Error(reading.message)
    const { content, outcome } = reading.receipt.claims
    const seen = words.slice(0, 5).join('')
    expect(content.digest).toBe(createHash('sha256').update(seen).digest('base64url'))
    expect(outcome).toMatchObject({ status: 'partial', end: 'aborted', chunks: 5 })
  },
)

const PIECE_BYTES = 100_000
const COUNT = 1_000

test.each(TAPS)('100 MB of %s are not held in memory', async (_what, make) => {
  function* texts() {
    for (let at = 0; at < COUNT; at++) yield `${at}`.padEnd(PIECE_BYTES, 'x')
  }
  const held = async (): Promise<number> => {
    collectGarbage()
    // Memory outside of the heap is freed a moment later.
    await pause()
    collectGarbage()
    const { heapUsed, external } = process.memoryUsage()
    return heapUsed + external
  }
  const tapped = await make({ pulled: 0, isEnded: false }, texts())
  const reader = readerOf(tapped)
  let before = 0
  let most = 0
  for (let taken = 0; (await reader.read()).done !== true; taken++) {
    if (taken === COUNT / 10) before = await held()
    if (taken % 300 === 299) most = Math.max(most, await held())
  }
  expect(await tapped.receipt).not.toBe(null)
  expect(before).toBeGreaterThan(0)
  expect((most - before) / 1_000_000).toBeLessThan(16)
})
