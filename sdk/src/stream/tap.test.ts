import { createHash, generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createCounterfoil, type Counterfoil, type CounterfoilOptions } from '../index.ts'
import { readReceipt } from '../receipt/receipt.ts'
import type { ReceiptClaims } from '../receipt/report.ts'
import { createRunningDigest } from '../sign/running-digest.ts'
import type { SignedReceipt } from '../details.ts'
import { readSigningKey } from '../sign/signing-key.ts'

const { privateKey } = generateKeyPairSync('ed25519')
const digestOf = (content: string | Uint8Array): string =>
  createHash('sha256').update(content).digest('base64url')

/** A Counterfoil that signs and sends nothing. */
const start = (options: Partial<CounterfoilOptions> = {}): Counterfoil =>
  createCounterfoil({
    portal: 'http://portal.test',
    issuer: 'acme',
    signingKey: privateKey,
    apiKey: 'cfl_test_key',
    fetch: () => Promise.reject(new Error('no network')),
    ...options,
  })

function claimsOf(signed: SignedReceipt | null): ReceiptClaims {
  const reading = readReceipt(signed!.receipt)
  if (!reading.ok) throw new Error(reading.message)
  return reading.receipt.claims
}

async function* iterate<T>(pieces: T[], error?: Error): AsyncGenerator<T> {
  for (const piece of pieces) yield await Promise.resolve(piece)
  if (error !== undefined) throw error
}

/** Everything that a stream's reader can see. */
async function see(source: AsyncIterable<unknown> | ReadableStream<unknown>): Promise<unknown[]> {
  const seen: unknown[] = []
  try {
    if (source instanceof ReadableStream) {
      const reader = source.getReader()
      for (let next = await reader.read(); !next.done; next = await reader.read())
        seen.push(next.value)
    } else for await (const piece of source) seen.push(piece)
    seen.push('the end')
  } catch (error) {
    seen.push(error)
  }
  return seen
}

const TEXT = 'Grüße 👩‍👩‍👧 \ud83d alone, \udc00 too\r\nline 2\r\n\ufeff語\u0000 end 😀'

describe('the digest of pieces is that of the whole', () => {
  const whole = digestOf(Buffer.from(TEXT))

  test('cut in two, and in three, at every position', () => {
    for (let a = 0; a <= TEXT.length; a++)
      for (let b = a; b <= TEXT.length; b++) {
        const digest = createRunningDigest()
        for (const piece of [TEXT.slice(0, a), '', TEXT.slice(a, b), TEXT.slice(b)])
          digest.write(piece)
        expect(Buffer.from(digest.end()).toString('base64url')).toBe(whole)
        expect(digest.length()).toBe(Buffer.byteLength(TEXT))
      }
  })

  test('in pieces of every size, as text and as bytes', async () => {
    const bytes = Buffer.from(TEXT)
    for (let size = 1; size < 20; size++) {
      const texts = Array.from({ length: Math.ceil(TEXT.length / size) }, (_, i) =>
        TEXT.slice(i * size, (i + 1) * size),
      )
      const parts = Array.from(
        { length: Math.ceil(bytes.length / size) },
        (_, i) => new Uint8Array(bytes.subarray(i * size, (i + 1) * size)),
      )
      for (const pieces of [texts, parts]) {
        const stream = start().tap(iterate<string | Uint8Array>(pieces))
        expect(await see(stream)).toEqual([...pieces, 'the end'])
        const { content, outcome } = claimsOf(await stream.receipt)
        expect(content).toMatchObject({ digest: whole, length: bytes.length })
        expect(outcome).toMatchObject({ status: 'complete', chunks: pieces.length })
      }
    }
  })
})

test('nothing is read ahead of the reader, and a reader who cancels ends the source', async () => {
  let pulled = 0
  let cancelled: unknown = null
  const source = new ReadableStream<string>(
    {
      pull: (controller) => controller.enqueue(`${++pulled} `),
      cancel: (reason) => void (cancelled = reason),
    },
    { highWaterMark: 0 },
  )
  const stream = start().tap(source)
  const reader = stream.getReader()
  await new Promise((resume) => setTimeout(resume, 20))
  expect(pulled).toBe(0)
  await reader.read()
  await reader.read()
  await new Promise((resume) => setTimeout(resume, 20))
  expect(pulled).toBe(2)
  const why = new Error('enough')
  await reader.cancel(why)
  expect(cancelled).toBe(why)
  const { content, outcome } = claimsOf(await stream.receipt)
  expect(content.digest).toBe(digestOf('1 2 '))
  expect(outcome).toMatchObject({ status: 'partial', end: 'aborted', chunks: 2 })
})

test('a cancel while a read is waiting ends both', async () => {
  const stream = start().tap(new ReadableStream<string>())
  const reader = stream.getReader()
  const reading = reader.read()
  await reader.cancel()
  expect(await reading).toEqual({ done: true, value: undefined })
  expect(claimsOf(await stream.receipt).outcome).toMatchObject({ status: 'partial' })
})

const failure = new Error('the provider failed')
const aborted = new DOMException('aborted', 'AbortError')

test.each([
  ['in the middle', ['one ', 'two'], failure, { status: 'partial', end: 'error', chunks: 2 }],
  ['before the first chunk', [], failure, { status: 'failed', end: 'error', chunks: 0 }],
  ['by an abort', ['one '], aborted, { status: 'partial', end: 'aborted', chunks: 1 }],
])(
  'a source that ends %s throws that on, and its receipt says so',
  async (_when, pieces, error, outcome) => {
    for (const make of [iterate, toStream]) {
      const stream = start().tap(make(pieces, error) as AsyncIterable<string>)
      const seen = await see(stream)
      expect(seen.at(-1)).toBe(error)
      const claims = claimsOf(await stream.receipt)
      expect(claims.outcome).toMatchObject(outcome)
      expect(claims.content.digest).toBe(digestOf(pieces.join('')))
    }
  },
)

test('partial: skip signs what came to its end, and nothing else', async () => {
  const counterfoil = start({ defaults: { partial: 'skip' } })
  const cut = counterfoil.tap(iterate(['one'], failure))
  await see(cut)
  expect(await cut.receipt).toBe(null)
  const left = counterfoil.tap(iterate(['one', 'two']))
  for await (const piece of left) if (piece === 'one') break
  expect(await left.receipt).toBe(null)
  const whole = counterfoil.tap(iterate(['one']))
  await see(whole)
  expect(await whole.receipt).not.toBe(null)
})

function toStream<T>(pieces: T[], error?: Error): ReadableStream<T> {
  const rest = [...pieces]
  return new ReadableStream({
    pull(controller) {
      if (rest.length > 0) controller.enqueue(rest.shift())
      else if (error === undefined) controller.close()
      else controller.error(error)
    },
  })
}

const throws = (): never => {
  throw new Error('broken')
}
const rejects = (): Promise<never> => Promise.reject(new Error('broken'))
const publicKey = readSigningKey(privateKey).publicKey
const store = {
  open: () => Promise.resolve([]),
  add: () => Promise.resolve(),
  remove: () => Promise.resolve(),
  close: () => Promise.resolve(),
}
const never = () => new Promise<never>(() => undefined)

/** Each part of this package, failing; the boolean says whether a receipt is signed. */
const FAULTS: [string, Partial<CounterfoilOptions>, object, boolean][] = [
  ['nothing', {}, {}, true],
  ['a signer that throws', { signingKey: { publicKey, sign: throws } }, {}, false],
  ['a signer that rejects', { signingKey: { publicKey, sign: rejects } }, {}, false],
  ['a store that can’t be opened', { outbox: { ...store, open: rejects } }, {}, false],
  ['a store that throws at once', { outbox: { ...store, open: throws } }, {}, false],
  ['a store that keeps nothing', { outbox: { ...store, add: rejects } }, {}, false],
  ['a fetch that rejects', { fetch: rejects }, {}, true],
  ['a fetch that throws', { fetch: throws }, {}, true],
  ['a fetch that never answers', { fetch: never }, {}, true],
  ['a fetch that answers nonsense', { fetch: () => Promise.resolve(7 as never) }, {}, true],
  ['a clock that throws', { now: throws }, {}, false],
  ['a clock that says NaN', { now: () => NaN }, {}, false],
  ['a clock before 1970', { now: () => -1e15 }, {}, false],
  ['a reader that throws', {}, { reader: { chunk: throws } }, false],
  ['a reader that throws at the end', {}, { reader: { chunk: () => 0, end: throws } }, false],
  [
    'a reader that writes nonsense',
    {},
    { reader: { chunk: (_c: unknown, r: { write(v: unknown): void }) => r.write(7) } },
    false,
  ],
  [
    'a listener that throws',
    { onError: throws, signingKey: { publicKey, sign: throws } },
    {},
    false,
  ],
  [
    'a listener that rejects',
    { onError: (): unknown => rejects(), signingKey: { publicKey, sign: throws } },
    {},
    false,
  ],
  [
    'a listener of one stream that throws',
    { signingKey: { publicKey, sign: throws } },
    { onError: throws },
    false,
  ],
  ['a model’s name that is too long', {}, { model: 'm'.repeat(200) }, false],
  ['metadata that is no text', {}, { meta: { n: 7 } }, false],
  ['a prompt that is no text', {}, { prompt: {} }, false],
]

test.each(FAULTS)(
  'with %s, a stream is byte for byte and error for error what it was',
  async (_what, options, details, isSigned) => {
    const loud: unknown[] = []
    const hear = (error: unknown) => loud.push(error)
    process.on('unhandledRejection', hear)
    const counterfoil = start(options)
    const pieces = ['one ', new Uint8Array([255, 0, 13, 10]), '', 'two\r\n', '\ud83d', '\ude00']
    for (const error of [undefined, failure]) {
      for (const make of [iterate, toStream]) {
        const unwrapped = await see(make(pieces, error))
        const stream = counterfoil.tap(make(pieces, error) as AsyncIterable<string>, details)
        const seen = await see(stream)
        expect(seen).toEqual(unwrapped)
        // The very same chunks and error, not copies of them.
        seen.forEach((one, i) => expect(Object.is(one, unwrapped[i])).toBe(true))
        expect((await stream.receipt) !== null).toBe(isSigned)
      }
    }
    await new Promise((resume) => setTimeout(resume, 20))
    process.off('unhandledRejection', hear)
    expect(loud).toEqual([])
    await counterfoil.close({ timeoutMs: 0 })
  },
)
