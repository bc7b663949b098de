import { given } from '../support/portal-test.ts'
import { describe, expect, test } from 'vitest'
import { checkReceipt, readReceiptStream, type ReadReceipt } from '../../sdk/src/client.ts'
import { receiptResponse, type ReceiptStreamOptions } from '../../sdk/src/sse.ts'
import { makeSigner } from '../support/signing.ts'
import { createModel, openShop } from '../support/streaming.ts'

const shop = given(openShop, (one) => one.stop())

const TEXT = 'Grüß dich, 😀!\r\nZweite Zeile: data: {"type":"text"}\n\n\u2028 Ende.'
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

async function readAll(response: Response): Promise<{ text: string; receipt: ReadReceipt }> {
  const reader = readReceiptStream(response, { retryDelays: [] })
  let text = ''
  for await (const piece of reader) text += piece
  return { text, receipt: await reader.receipt }
}

describe('bytes that are cut anywhere', () => {
  test(
    'give the same text and the same receipt at every position',
    { timeout: 300_000 },
    async () => {
      const { bytes, signed } = await answerOf(TEXT)
      const crlf = bytesOf(new TextDecoder().decode(bytes).replaceAll('\n\n', '\r\n\r\n'))
      // Read at every cut; judged by the portal where the reading could differ, in the first and last.
      for (const wire of [bytes, crlf])
        for (let at = 0; at <= wire.length; at++) {
          const reader = readReceiptStream(inPieces([wire.subarray(0, at), wire.subarray(at)]), {
            fetch: () => Promise.resolve(new Response(null, { status: 404 })),
            retryDelays: [],
          })
          const { receiptId, state } = await reader.receipt
          expect([at, reader.text, receiptId, state]).toEqual([
            at,
            TEXT,
            signed.receiptId,
            'pending',
          ])
        }
      for (const at of [1, bytes.length - 1])
        expect(await readAll(inPieces([bytes.subarray(0, at), bytes.subarray(at)]))).toMatchObject({
          text: TEXT,
          receipt: { state: 'verified', receiptId: signed.receiptId, matches: true },
        })
    },
  )

  test('and at many positions at once, down to single bytes', async () => {
    const { bytes, signed } = await answerOf(TEXT)
    const expected = {
      text: TEXT,
      receipt: { state: 'verified', receiptId: signed.receiptId, verifyUrl: signed.verifyUrl },
    }
    expect(await readAll(inPieces([...bytes].map((byte) => Uint8Array.of(byte))))).toMatchObject(
      expected,
    )
    for (let round = 0; round < 20; round++) {
      const cuts = Array.from({ length: 12 }, () => Math.floor(Math.random() * bytes.length))
      const ends = [0, ...cuts.sort((a, b) => a - b), bytes.length]
      const pieces = ends.slice(1).map((end, i) => bytes.subarray(ends[i], end))
      expect([cuts, await readAll(inPieces(pieces))]).toMatchObject([cuts, expected])
    }
  })
})

describe('what a reader finds out by itself', () => {
  test('a text that was changed on its way differs, whatever the service says', async () => {
    const { bytes } = await answerOf('Open at nine.')
    const changed = bytesOf(new TextDecoder().decode(bytes).replace('"O"', '"o"'))
    const { text, receipt } = await readAll(inPieces([changed]))
    expect(text).toBe('open at nine.')
    expect(receipt).toMatchObject({ state: 'differs', matches: false, verdict: 'differs' })
  })

  test('a guessable answer is checked by the key in its link’s fragment', async () => {
    const { bytes } = await answerOf('yes', { guessable: true })
    expect((await readAll(inPieces([bytes]))).receipt).toMatchObject({
      state: 'verified',
      claims: { content: { alg: 'hmac-sha-256' } },
    })
    const changed = bytesOf(new TextDecoder().decode(bytes).replace('"s"', '"p"'))
    expect((await readAll(inPieces([changed]))).receipt.state).toBe('differs')
  })

  test('a receipt that comes later is waited for, and pending if it does not come', async () => {
    const receiptId = `rec_${'0'.repeat(32)}`
    const verifyUrl = `${shop.portal.origin}/r/${receiptId}`
    const late = await checkReceipt({ receiptId, verifyUrl }, 'text', { retryDelays: [10, 10] })
    expect(late).toMatchObject({ state: 'pending', receiptId, verifyUrl, matches: false })

    const { signed } = await answerOf('It comes.')
    let asked = 0
    const receipt = await checkReceipt(signed, 'It comes.', {
      retryDelays: [10, 10, 10],
      fetch: (...given) =>
        asked++ < 4 ? Promise.resolve(new Response(null, { status: 404 })) : fetch(...given),
    })
    expect(receipt.state).toBe('verified')
  })

  test('another receipt under the link is invalid, and its claims are shown to nobody', async () => {
    const { signed } = await answerOf('mine')
    const other = (await answerOf('another')).signed.receipt
    const receipt = await checkReceipt(signed, 'mine', {
      fetch: (input, init) =>
        (input as string).endsWith('/receipt')
          ? Promise.resolve(new Response(other))
          : fetch(input, init),
    })
    expect(receipt).toMatchObject({ state: 'invalid', verdict: 'invalid', claims: null })
  })

  test('a key that is not the one that signed is no proof', async () => {
    const { signed } = await answerOf('signed')
    const { jwk } = await makeSigner()
    const withKeys = (change: (key: { jwk: object; kid: string }) => object) =>
      checkReceipt(signed, 'signed', {
        retryDelays: [],
        fetch: async (input, init) => {
          const answer = await fetch(input, init)
          if (!(input as string).includes('/v1/issuers/')) return answer
          const issuer = (await answer.json()) as { keys: { jwk: object; kid: string }[] }
          return Response.json({ ...issuer, keys: issuer.keys.map(change) })
        },
      })
    expect(await withKeys((key) => key)).toMatchObject({ state: 'verified' })
    expect(await withKeys((key) => ({ ...key, jwk }))).toMatchObject({ state: 'invalid' })
    const revoked = { state: 'revoked', revokedAt: '2020-01-01T00:00:00.000Z', reason: 'stolen' }
    expect(await withKeys((key) => ({ ...key, ...revoked, compromisedSince: null }))).toMatchObject(
      {
        state: 'invalid',
        verdict: 'revoked',
      },
    )
  })

  test('without the portal, or without the issuer’s keys, nothing is verified', async () => {
    const { signed } = await answerOf('signed')
    const without = (path: string) =>
      checkReceipt(signed, 'signed', {
        retryDelays: [1],
        fetch: (input, init) =>
          (input as string).includes(path)
            ? Promise.reject(new TypeError('failed'))
            : fetch(input, init),
      })
    expect(await without('/v1/receipts/')).toMatchObject({ state: 'unreachable', matches: false })
    expect(await without('/v1/issuers/')).toMatchObject({ state: 'unreachable', claims: null })
  })

  test('a link that is a script, or another portal’s, is neither fetched nor shown', async () => {
    const receiptId = `rec_${'0'.repeat(32)}`
    const never = () => Promise.reject(new Error('was fetched'))
    const check = (verifyUrl: string) =>
      checkReceipt({ receiptId, verifyUrl }, '', { fetch: never, portal: shop.portal.origin })
    const script = await check(`javascript:alert(1)//r/${receiptId}`)
    expect(script).toMatchObject({ state: 'none', verifyUrl: null, error: 'not_signed' })
    const other = await check(`https://elsewhere.example/r/${receiptId}`)
    expect(other).toMatchObject({ state: 'none', verifyUrl: null, error: 'other_portal' })
  })
})

describe('other streams', () => {
  test('an OpenAI-compatible stream ends in a chunk without choices, which names the receipt', async () => {
    const { receiptId, verifyUrl, delivery } = await shop.counterfoil.sign({ output: 'Hi there' })
    await delivery
    const chunk = (delta: object) => ({ choices: [{ index: 0, delta, finish_reason: null }] })
    const { text, receipt } = await readAll(
      answering(
        chunk({ role: 'assistant' }),
        chunk({ content: 'Hi' }),
        chunk({ content: ' there' }),
        { choices: [], counterfoil: { receiptId, verifyUrl } },
        '[DONE]',
      ),
    )
    expect(text).toBe('Hi there')
    expect(receipt).toMatchObject({ state: 'verified', receiptId })
  })

  test('an AI SDK stream names it in its message’s metadata', async () => {
    const { receiptId, verifyUrl, delivery } = await shop.counterfoil.sign({ output: 'Hi' })
    await delivery
    const { receipt } = await readAll(
      answering(
        { type: 'start' },
        { type: 'text-delta', id: '0', delta: 'Hi' },
        { type: 'finish', messageMetadata: { counterfoil: { receiptId, verifyUrl } } },
        '[DONE]',
      ),
    )
    expect(receipt).toMatchObject({ state: 'verified', receiptId })
  })

  test('a receipt for a message with its tool calls is not said to differ from its text', async () => {
    const signed = await shop.counterfoil.sign({ output: '{"tool":1}', subject: 'message' })
    await signed.delivery
    expect((await checkReceipt(signed, 'text')).state).toBe('not-checkable')
  })
})
