import Anthropic from '@anthropic-ai/sdk'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { readReceiptStream } from '../../sdk/src/client.ts'
import { createCounterfoil } from '../../sdk/src/index.ts'
import { countCodeLines } from '../support/code-lines.ts'
import { makePost } from '../support/recipes/next-route.ts'
import { digestOf, eventsOf, openShop, serve } from '../support/streaming.ts'
import type { Served, Shop } from '../support/streaming.ts'

const PIECES = ['Behind ', 'the town ', 'hall.']

let shop: Shop
let provider: Served
let claude: Anthropic
/** How long the provider waits between two pieces, and how often its connection was left. */
let everyMs = 0
let left = 0

beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.stop())

/** What Anthropic's API sends for a short answer. */
beforeEach(async () => {
  everyMs = left = 0
  provider = await serve((req, res) => {
    req.resume()
    res.writeHead(200, { 'content-type': 'text/event-stream' })
    res.on('close', () => (left += res.writableFinished ? 0 : 1))
    const send = (event: { type: string }): boolean =>
      res.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
    const message = {
      ...{ id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-opus-4-7' },
      ...{ content: [], stop_reason: null, stop_sequence: null },
      usage: { input_tokens: 3, output_tokens: 1 },
    }
    void (async () => {
      send({ type: 'message_start', message } as { type: string })
      const block = { type: 'text', text: '' }
      send({ type: 'content_block_start', index: 0, content_block: block } as { type: string })
      for (const text of PIECES) {
        const delta = { type: 'text_delta', text }
        send({ type: 'content_block_delta', index: 0, delta } as { type: string })
        if (everyMs > 0) await new Promise((resolve) => setTimeout(resolve, everyMs))
      }
      send({ type: 'content_block_stop', index: 0 } as { type: string })
      const delta = { stop_reason: 'end_turn', stop_sequence: null }
      const usage = { output_tokens: 6 }
      send({ type: 'message_delta', delta, usage } as { type: string })
      send({ type: 'message_stop' })
      res.end()
    })()
  })
  claude = new Anthropic({ apiKey: 'none', baseURL: provider.url, maxRetries: 0 })
})
afterEach(() => provider.stop())

const ask = (signal: AbortSignal | null = null): Request =>
  new Request('https://service.example/chat', {
    method: 'POST',
    body: JSON.stringify({ messages: [{ role: 'user', content: 'Where?' }] }),
    signal,
  })

test('CertNode’s streaming recipe: the text, then id and link of a receipt for all of it', async () => {
  const post = makePost(claude, shop.counterfoil)
  const events = eventsOf(await (await post(ask())).text())
  expect(events.slice(0, 3)).toEqual(PIECES.map((text) => ({ type: 'text', text })))
  const { type, receiptId, verifyUrl } = events[3]!
  expect([type, verifyUrl]).toEqual(['receipt', `${shop.portal.origin}/r/${receiptId as string}`])
  await shop.counterfoil.flush()
  const { verdict, receipt } = await shop.reportOf(receiptId as string)
  expect(verdict).toBe('valid')
  expect(receipt.claims).toMatchObject({
    model: 'claude-opus-4-7',
    provider: 'anthropic',
    content: { digest: digestOf(PIECES.join('')) },
    outcome: { status: 'complete', end: 'end_turn' },
  })
})

test('… in fewer lines: the recipe’s route has 39', () => {
  const file = join(import.meta.dirname, '..', 'support', 'recipes', 'next-route.ts')
  expect(countCodeLines(file)).toBeLessThan(20)
})

test('… on a full cap a soft error at the end, known before the first token', async () => {
  const full = await shop.withCap(1)
  await (
    await full.sign({ output: 'the only one' })
  ).delivery
  const events = eventsOf(await (await makePost(claude, full)(ask())).text())
  expect(events.at(-1)).toEqual({ type: 'receipt', error: 'cap_exceeded' })
  expect(events).toHaveLength(4)
})

test('… while the portal is down the id and link are right at once, and the receipt comes later', async () => {
  let isDown = true
  const counterfoil = createCounterfoil({
    portal: shop.portal.origin,
    issuer: shop.service.slug,
    signingKey: JSON.stringify(shop.service.signer.privateJwk),
    apiKey: shop.service.key.apiKey,
    // The same answer in the same second would be the very receipt of a test before this one.
    defaults: { meta: { while: 'the portal is down' } },
    fetch: (...given) =>
      isDown ? Promise.reject(new TypeError('connection refused')) : fetch(...given),
  })
  const response = await makePost(claude, counterfoil)(ask())
  const body = await response.clone().text()
  const reader = readReceiptStream(response, { retryDelays: [] })
  expect(await reader.receipt).toMatchObject({ state: 'pending' })
  isDown = false
  await counterfoil.flush()
  const { state } = await readReceiptStream(
    new Response(body, { headers: { 'content-type': 'text/event-stream' } }),
  ).receipt
  expect(state).toBe('verified')
  await counterfoil.close()
})

test.each([
  ['sign', 1],
  ['skip', 0],
] as const)(
  '… an aborted stream is stopped at the provider, and by option: %s',
  async (partial, count) => {
    everyMs = 200
    const leaving = new AbortController()
    const capped = await shop.withCap(5)
    const response = await makePost(claude, capped, partial)(ask(leaving.signal))
    for await (const piece of readReceiptStream(response)) if (piece === PIECES[0]) break
    leaving.abort()
    await expect.poll(() => left).toBe(1)
    await capped.flush()
    await expect.poll(() => capped.usage()).toMatchObject({ used: count, reserved: 0 })
    const { receipt } = response as Response & { receipt: Promise<{ receiptId: string } | null> }
    const signed = await receipt
    expect(signed === null).toBe(partial === 'skip')
    if (signed === null) return
    const { verdict, receipt: stored } = await shop.reportOf(signed.receiptId)
    expect(verdict).toBe('partial')
    expect(stored.claims.content.digest).toBe(digestOf(PIECES[0]!))
    expect(stored.claims.outcome).toMatchObject({ status: 'partial', end: 'aborted', chunks: 1 })
  },
)
