import { describe, expect, test } from 'vitest'
import { readReceiptStream } from '../../sdk/src/client.ts'
import * as toExpress from '../../sdk/src/express.ts'
import { given } from '../support/portal-test.ts'
import { createModel, digestOf, eventsOf, openShop, serve } from '../support/streaming.ts'

const shop = given(openShop, (one) => one.stop())

type Source = (signal: AbortSignal) => AsyncIterable<string>

describe('what goes wrong', () => {
  const open = (
    source: Source,
    options: toExpress.ReceiptStreamOptions = {},
    by = shop.counterfoil,
  ) => serve((_req, res) => void toExpress.sendReceiptStream(res, by, source, options))

  test('a provider that fails in mid-stream is told by an event, without its words', async () => {
    async function* source(): AsyncGenerator<string> {
      yield await Promise.resolve('so far')
      throw new Error('sk-secret is over its quota')
    }
    const told: unknown[] = []
    const { url, stop } = await open(source, { onProviderError: (error) => void told.push(error) })
    const body = await (await fetch(url)).text()
    expect(body).not.toContain('sk-secret')
    const events = eventsOf(body)
    expect(events.map(({ type }) => type)).toEqual(['text', 'error', 'receipt'])
    expect(told).toHaveLength(1)
    const receiptId = events[2]!.receiptId as string
    await shop.counterfoil.flush()
    const { receipt } = await shop.reportOf(receiptId)
    expect(receipt.claims.outcome).toMatchObject({ status: 'partial', end: 'error' })
    expect(receipt.claims.content.digest).toBe(digestOf('so far'))
    await stop()
  })

  test('a call that fails before its first token has a failed receipt', async () => {
    const { url, stop } = await open(() => {
      throw new Error('no model of that name')
    })
    const events = eventsOf(await (await fetch(url)).text())
    expect(events.map(({ type }) => type)).toEqual(['error', 'receipt'])
    await shop.counterfoil.flush()
    const { receipt } = await shop.reportOf(events[1]!.receiptId as string)
    expect(receipt.claims.outcome).toMatchObject({ status: 'failed', end: 'error' })
    await stop()
  })

  test('a cap that is full is known before the first token: refused, or answered and said', async () => {
    const full = await shop.withCap(1)
    await (
      await full.sign({ output: 'the only one' })
    ).delivery
    const model = createModel()
    const refusing = await open(
      model.answer(['never']),
      { reserve: true, onCapExceeded: 'refuse' },
      full,
    )
    const refused = await fetch(refusing.url)
    expect(refused.status).toBe(402)
    expect(await refused.json()).toMatchObject({ status: 402, code: 'cap_exceeded' })
    expect(model.calls).toBe(0)

    const going = await open(model.answer(['all', ' the same']), { reserve: true }, full)
    expect(eventsOf(await (await fetch(going.url)).text())).toEqual([
      { type: 'text', text: 'all' },
      { type: 'text', text: ' the same' },
      { type: 'receipt', error: 'cap_exceeded' },
    ])
    await refusing.stop()
    await going.stop()
  })

  test('a reservation is used by the answer’s receipt, and given back where there is none', async () => {
    const capped = await shop.withCap(5)
    const model = createModel()
    const { url, stop } = await open(model.answer(['kept']), { reserve: true }, capped)
    await (await fetch(url)).text()
    await capped.flush()
    expect(await capped.usage()).toMatchObject({ used: 1, reserved: 0 })
    await stop()

    const skipping = await open(
      model.answer(['a', 'b', 'c'], 50),
      { reserve: true, partial: 'skip' },
      capped,
    )
    const reader = readReceiptStream(await fetch(skipping.url))
    for await (const piece of reader) if (piece === 'a') break
    await model.stopped
    await expect.poll(() => capped.usage()).toMatchObject({ used: 1, reserved: 0 })
    await skipping.stop()
  })

  test('a portal that is away costs the stream nothing but the reservation’s short wait', async () => {
    const away = {
      ...shop.counterfoil,
      reserve: () => new Promise<never>(() => undefined),
    }
    const { url, stop } = await open(
      createModel().answer(['on it goes']),
      { reserve: true, reserveMsMax: 50 },
      away,
    )
    const events = eventsOf(await (await fetch(url)).text())
    expect(events[0]).toEqual({ type: 'text', text: 'on it goes' })
    expect(events[1]!.type).toBe('receipt')
    expect(events[1]!.receiptId).toMatch(/^rec_/)
    await stop()
  })

  test('a silent model is covered by comments, which no client takes for text', async () => {
    const { url, stop } = await open(createModel().answer(['late'], 200), { keepAliveMs: 40 })
    const body = await (await fetch(url)).text()
    expect(body).toMatch(/^: still here\n\n/)
    expect(eventsOf(body).map(({ type }) => type)).toEqual(['text', 'receipt'])
    await stop()
  })
})
