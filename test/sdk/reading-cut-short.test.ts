import { given } from '../support/portal-test.ts'
import { describe, expect, test } from 'vitest'
import { readReceiptStream, StreamError } from '../../sdk/src/client.ts'
import { receiptResponse, type ReceiptStreamOptions } from '../../sdk/src/sse.ts'
import { createModel, openShop, serve } from '../support/streaming.ts'

const shop = given(openShop, (one) => one.stop())

const SSE = { 'content-type': 'text/event-stream' }

/** An answer whose bytes come in these pieces. */
const inPieces = (pieces: Iterable<Uint8Array>, init: ResponseInit = { headers: SSE }): Response =>
  new Response(
    new ReadableStream<Uint8Array>({
      start(controller) {
        for (const piece of pieces) controller.enqueue(piece)
        controller.close()
      },
    }),
    init,
  )

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const answering = (...events: (object | string)[]): Response =>
  inPieces(
    events.map((event) =>
      bytesOf(`data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`),
    ),
  )

async function answerOf(text: string, options: ReceiptStreamOptions<string> = {}) {
  const source = createModel().answer(Array.from({ length: text.length }, (_, at) => text[at]!))
  const response = await receiptResponse(shop.counterfoil, source, options)
  const bytes = await new Response(response.body).bytes()
  await shop.counterfoil.flush()
  return { bytes, signed: (await response.receipt)! }
}

describe('answers that do not come to their end', () => {
  const caught = async (response: Response): Promise<unknown> => {
    const reader = readReceiptStream(response)
    try {
      for await (const piece of reader) expect(piece).not.toBe('')
      return null
    } catch (error) {
      return [error, await reader.receipt]
    }
  }

  test.each([
    [402, '{"code":"cap_exceeded"}', 'cap_exceeded', 'cap_exceeded'],
    [500, 'trouble', 'http_error', 'cut_off'],
    [200, '<html>', 'not_a_stream', 'cut_off'],
  ])('%i %s is an error by name: %s', async (status, body, code, error) => {
    expect(await caught(new Response(body, { status }))).toMatchObject([
      { name: 'StreamError', code, status },
      { state: 'none', error },
    ])
  })

  test('a provider that failed is an error after the last piece, and its receipt is still read', async () => {
    const { receiptId, verifyUrl, delivery } = await shop.counterfoil.sign({
      output: 'so far',
      status: 'partial',
    })
    await delivery
    const found = await caught(
      answering(
        { type: 'text', text: 'so far' },
        { type: 'error', message: 'busy' },
        { type: 'receipt', receiptId, verifyUrl },
      ),
    )
    expect(found).toMatchObject([
      { code: 'provider_failed', message: 'busy' },
      { state: 'verified', verdict: 'partial' },
    ])
  })

  test('a connection that breaks keeps what came, and has no receipt', async () => {
    const { url, stop } = await serve((_req, res) => {
      res.writeHead(200, SSE)
      res.write('data: {"type":"text","text":"so"}\n\n', () => setTimeout(() => res.destroy(), 50))
    })
    const reader = readReceiptStream(await fetch(url))
    const reading = (async () => {
      for await (const piece of reader) expect(piece).toBe('so')
    })()
    await expect(reading).rejects.toThrow(StreamError)
    expect(await reader.receipt).toMatchObject({ state: 'none', error: 'cut_off' })
    await stop()
  })

  test('nobody has to iterate: the receipt alone reads the stream, and keeps it', async () => {
    const { bytes } = await answerOf('kept')
    const reader = readReceiptStream(inPieces([bytes]))
    expect(await reader.receipt).toMatchObject({ state: 'verified' })
    const pieces: string[] = []
    for await (const piece of reader) pieces.push(piece)
    expect(pieces).toEqual(['k', 'e', 'p', 't'])
  })

  test('onText and onReceipt tell everything in its order, and may throw', async () => {
    const { bytes } = await answerOf('ab')
    const told: string[] = []
    const reader = readReceiptStream(inPieces([bytes]), {
      onText: (piece) => void told.push(piece),
      onReceipt: ({ state }) => {
        told.push(state)
        throw new Error('a listener’s own')
      },
    })
    await reader.receipt
    expect(told).toEqual(['a', 'b', 'sent', 'verified'])
  })
})
