import { afterAll, beforeAll, expect, test } from 'vitest'
import { receiptStream } from '../../sdk/src/sse.ts'
import { createModel, digestOf, eventsOf, openShop, type Shop } from '../support/streaming.ts'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.stop())

const read = async (stream: ReadableStream<Uint8Array>) =>
  eventsOf(await new Response(stream).text())

test('a stream that was tapped before keeps its one receipt', async () => {
  const source = createModel().answer(['one ', 'two'])
  const tapped = shop.counterfoil.tap(source(new AbortController().signal), { model: 'a-model' })
  const events = await read(receiptStream(shop.counterfoil, tapped))
  const own = (await tapped.receipt)!
  expect(events.at(-1)).toMatchObject({ type: 'receipt', receiptId: own.receiptId })
  await own.delivery
  const { receipt } = await shop.reportOf(own.receiptId)
  expect(receipt.claims.content.digest).toBe(digestOf('one two'))
  expect(receipt.claims).toMatchObject({ model: 'a-model' })
})

test('a ReadableStream of any chunks is read by what the program says of them', async () => {
  const source = new ReadableStream<{ word: string }>({
    start(controller) {
      for (const word of ['one ', 'two']) controller.enqueue({ word })
      controller.close()
    },
  })
  const events = await read(
    receiptStream(shop.counterfoil, source, { text: ({ word }) => word.toUpperCase() }),
  )
  expect(events.map(({ text }) => text)).toEqual(['ONE ', 'TWO', undefined])
})

test('nothing is asked of the model before the reader asks, and then one piece at a time', async () => {
  const model = createModel()
  const reader = receiptStream(shop.counterfoil, model.answer(['a', 'b', 'c'])).getReader()
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(model.calls).toBe(0)
  await reader.read()
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(model.pulled).toBe(1)
  await reader.cancel()
  await model.stopped
})

test('a reader who left before the first piece costs no call, no receipt and no place', async () => {
  const capped = await shop.withCap(3)
  const model = createModel()
  const signal = AbortSignal.abort()
  const stream = receiptStream(capped, model.answer(['a']), { signal, reserve: true })
  expect(await read(stream)).toEqual([{ type: 'receipt', error: 'not_signed' }])
  expect(await stream.receipt).toBeNull()
  expect(model.calls).toBe(0)
  expect(await capped.usage()).toMatchObject({ used: 0, reserved: 0 })
})

test('when every part of the signing fails, the text goes on to its end', async () => {
  const fails = (): never => {
    throw new Error('broken')
  }
  const broken = {
    follow: fails,
    reserve: () => Promise.reject(new Error('broken')),
    release: fails,
  }
  const events = await read(
    receiptStream(broken, createModel().answer(['one ', 'two']), { reserve: true }),
  )
  expect(events).toEqual([
    { type: 'text', text: 'one ' },
    { type: 'text', text: 'two' },
    { type: 'receipt', error: 'not_signed' },
  ])
})
