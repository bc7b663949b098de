import { createHash, generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { createCounterfoil } from '../index.ts'
import { readReceipt } from '../receipt/receipt.ts'
import { tapSse } from '../tap-sse.ts'
import type { SignedReceipt } from '../details.ts'

/** A Counterfoil that signs and sends nothing. */
const counterfoil = createCounterfoil({
  portal: 'http://portal.test',
  issuer: 'acme',
  signingKey: generateKeyPairSync('ed25519').privateKey,
  apiKey: 'cfl_test_key',
  fetch: () => Promise.reject(new Error('no network')),
})

const BYTES = new Uint8Array(100_000).map((_, at) => at % 251)
const digestOf = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('base64url')

function claimsOf(signed: SignedReceipt | null) {
  const reading = readReceipt(signed!.receipt)
  if (!reading.ok) throw new Error(reading.message)
  return reading.receipt.claims
}

/** A stream that gives its bytes on demand, in pieces of at most 30,000. */
function byteStream(): { stream: ReadableStream<Uint8Array>; given: () => number } {
  let at = 0
  const stream = new ReadableStream({
    type: 'bytes',
    pull(controller) {
      if (at === BYTES.length) {
        controller.close()
        controller.byobRequest?.respond(0)
        return
      }
      const view = controller.byobRequest?.view as Uint8Array | undefined
      const piece = BYTES.slice(at, at + Math.min(30_000, view?.byteLength ?? 30_000))
      at += piece.length
      if (view === undefined) controller.enqueue(piece)
      else {
        view.set(piece)
        controller.byobRequest!.respond(piece.length)
      }
    },
  })
  return { stream, given: () => at }
}

/** Reads with buffers of `size` bytes, and if wanted every third piece with a default reader. */
async function readAll(
  stream: ReadableStream<Uint8Array>,
  size: number,
  isMixed: boolean,
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  for (let turn = 1; ; turn++) {
    const isPlain = isMixed && turn % 3 === 0
    const reader = isPlain ? stream.getReader() : stream.getReader({ mode: 'byob' })
    const result = await (isPlain
      ? (reader as ReadableStreamDefaultReader<Uint8Array>).read()
      : (reader as ReadableStreamBYOBReader).read(new Uint8Array(size)))
    reader.releaseLock()
    if (result.done) return Buffer.concat(pieces)
    pieces.push(result.value)
  }
}

test.each([
  ['into small buffers', 7_001, false],
  ['into buffers that are larger than its pieces', 64_000, false],
  ['into buffers and as it comes, by turns', 10_000, true],
])('a stream of bytes can still be read %s', async (_how, size, isMixed) => {
  for (const tap of [
    (stream: ReadableStream<Uint8Array>) => counterfoil.tap(stream),
    (stream: ReadableStream<Uint8Array>) => tapSse(counterfoil, stream),
  ]) {
    const stream = tap(byteStream().stream)
    expect(Buffer.compare(await readAll(stream, size, isMixed), BYTES)).toBe(0)
    const { content } = claimsOf(await stream.receipt)
    expect(content).toMatchObject({ digest: digestOf(BYTES), length: BYTES.length })
  }
})

test('a reader of bytes who leaves has a receipt of the bytes in their buffer, and no more', async () => {
  const { stream: source, given } = byteStream()
  const stream = counterfoil.tap(source)
  const reader = stream.getReader({ mode: 'byob' })
  await new Promise((resume) => setTimeout(resume, 20))
  expect(given()).toBe(0)
  const { value } = await reader.read(new Uint8Array(1_234))
  await reader.cancel()
  const { content, outcome } = claimsOf(await stream.receipt)
  expect(content.digest).toBe(digestOf(value!))
  expect(content.length).toBe(1_234)
  expect(outcome).toMatchObject({ status: 'partial', end: 'aborted', chunks: 1 })
})

test('a stream of bytes that fails tells its error, whichever way it is read', async () => {
  const failure = new Error('the provider failed')
  for (const mode of ['byob', undefined] as const) {
    const stream = counterfoil.tap(
      new ReadableStream<Uint8Array<ArrayBuffer>>({
        type: 'bytes',
        pull: (controller: ReadableByteStreamController) => controller.error(failure),
      } as unknown as UnderlyingDefaultSource<Uint8Array<ArrayBuffer>>),
    )
    const reading =
      mode === 'byob'
        ? stream.getReader({ mode }).read(new Uint8Array(10))
        : stream.getReader().read()
    await expect(reading).rejects.toBe(failure)
    expect(claimsOf(await stream.receipt).outcome).toMatchObject({ status: 'failed', end: 'error' })
  }
})

test('a body of fetch’s stays what it was: split, piped, and answered with', async () => {
  const bare = new Response(BYTES).body!
  const [one, other] = counterfoil.tap(bare).tee()
  const bytes = await Promise.all([
    new Response(one).arrayBuffer(),
    new Response(other).arrayBuffer(),
  ])
  for (const all of bytes) expect(Buffer.compare(Buffer.from(all), BYTES)).toBe(0)
  const piped = counterfoil.tap(new Response(BYTES).body!)
  const through = piped.pipeThrough(new TransformStream<Uint8Array, Uint8Array>())
  expect(Buffer.from(await new Response(through).arrayBuffer()).equals(BYTES)).toBe(true)
  expect(claimsOf(await piped.receipt).content.digest).toBe(digestOf(BYTES))
})
