import { once } from 'node:events'
import { createRequire } from 'node:module'
import { connect } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { createRequestHandler, type ServerBuild } from '@remix-run/node'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readReceiptStream } from '../../sdk/src/client.ts'
import * as toExpress from '../../sdk/src/express.ts'
import * as toFastify from '../../sdk/src/fastify.ts'
import * as toHono from '../../sdk/src/hono.ts'
import * as toNext from '../../sdk/src/next.ts'
import * as toRemix from '../../sdk/src/remix.ts'
import type { SignedReceipt } from '../../sdk/src/index.ts'
import { createModel, digestOf, eventsOf, openShop, serve } from '../support/streaming.ts'
import type { Served, Shop } from '../support/streaming.ts'

const express4 = createRequire(import.meta.url)('express4') as typeof express

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.stop())

type Source = (signal: AbortSignal) => AsyncIterable<string>
type Done = (receipt: Promise<SignedReceipt | null>) => void

function appOf(framework: typeof express, source: Source, done: Done): Promise<Served> {
  const app = framework()
  app.post('/chat', (_req, res) => done(toExpress.sendReceiptStream(res, shop.counterfoil, source)))
  app.delete('/chat', toExpress.stopReceiptStream)
  return serve(app)
}

/** One line of ours in each, and the rest as the framework has it. */
const FRAMEWORKS: Record<string, (source: Source, done: Done) => Promise<Served>> = {
  'node:http': (source, done) =>
    serve((req, res) => {
      if (req.method === 'DELETE') toExpress.stopReceiptStream(req, res)
      else done(toExpress.sendReceiptStream(res, shop.counterfoil, source))
    }),
  'Express 5': (source, done) => appOf(express, source, done),
  'Express 4': (source, done) => appOf(express4, source, done),
  async Fastify(source, done) {
    const app = fastify({ forceCloseConnections: true })
    app.addHook('onRequest', (_request, reply, next) => {
      void reply.header('x-plugin', 'kept')
      next()
    })
    app.post('/chat', async (_request, reply) => {
      const receipt = toFastify.sendReceiptStream(reply, shop.counterfoil, source)
      done(receipt)
      await receipt
    })
    app.delete('/chat', toFastify.stopReceiptStream)
    return { url: await app.listen({ port: 0, host: '127.0.0.1' }), stop: () => app.close() }
  },
  Hono(source, done) {
    const app = new Hono()
    app.post('/chat', async (c) => {
      const response = await toHono.sendReceiptStream(c, shop.counterfoil, source)
      done(response.receipt)
      return response
    })
    app.delete('/chat', toHono.stopReceiptStream)
    const listen = getRequestListener(app.fetch)
    return serve((req, res) => void listen(req, res))
  },
  // What Next and Remix run is a function from a request to a response; Node's fetch server is Hono's.
  Next(source, done) {
    const POST = async (request: Request): Promise<Response> => {
      const response = await toNext.sendReceiptStream(request, shop.counterfoil, source)
      done(response.receipt)
      return response
    }
    const DELETE = toNext.stopReceiptStream
    const answer = (request: Request) =>
      request.method === 'DELETE' ? DELETE(request) : POST(request)
    const listen = getRequestListener(answer)
    return serve((req, res) => void listen(req, res))
  },
  Remix(source, done) {
    const handle = createRequestHandler(
      remixBuild(async ({ request }) => {
        if (request.method === 'DELETE') return toRemix.stopReceiptStream(request)
        const response = await toRemix.sendReceiptStream(request, shop.counterfoil, source)
        done(response.receipt)
        return response
      }),
      'production',
    )
    const listen = getRequestListener((request) => handle(request))
    return serve((req, res) => void listen(req, res))
  },
}

/** An application of one resource route, as Remix's own build would have it. */
function remixBuild(action: (args: { request: Request }) => Promise<Response>): ServerBuild {
  const id = 'routes/chat'
  const assets = { version: '1', url: '/manifest', entry: { module: '', imports: [] }, routes: {} }
  return {
    entry: { module: { default: () => new Response('') } },
    routes: { [id]: { id, path: 'chat', module: { action } } },
    assets,
    future: {},
    publicPath: '/',
    assetsBuildDirectory: '',
    isSpaMode: false,
  } as unknown as ServerBuild
}

describe.each(Object.entries(FRAMEWORKS))('%s', (name, open) => {
  async function answer(source: Source) {
    let signed: Promise<SignedReceipt | null> | null = null
    const served = await open(source, (receipt) => {
      signed = receipt
    })
    return { url: `${served.url}/chat`, signed: () => signed, stop: () => served.stop() }
  }

  test('streams with headers that no proxy holds back, and ends in a receipt that verifies', async () => {
    const pieces = ['Grüß', '', ' dich \ud83d', '\ude00', '.']
    const { url, stop } = await answer(createModel().answer(pieces))
    const response = await fetch(url, { method: 'POST' })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(response.headers.get('cache-control')).toBe('no-cache, no-transform')
    expect(response.headers.get('x-accel-buffering')).toBe('no')
    if (name === 'Fastify') expect(response.headers.get('x-plugin')).toBe('kept')
    const reader = readReceiptStream(response)
    const seen: string[] = []
    for await (const piece of reader) seen.push(piece)
    expect(seen).toEqual(['Grüß', ' dich ', '😀', '.'])
    expect(await reader.receipt).toMatchObject({ state: 'verified', matches: true, error: null })
    await stop()
  })

  test('stops the model when the reader leaves, and signs exactly what was sent', async () => {
    const model = createModel()
    const words = Array.from({ length: 1_000 }, (_, at) => `word ${at} `)
    const { url, signed, stop } = await answer(model.answer(words, 10))
    const leaving = new AbortController()
    const response = await fetch(url, { method: 'POST', signal: leaving.signal })
    let seen = ''
    for await (const piece of readReceiptStream(response)) {
      seen += piece
      if (seen.includes('word 4 ')) break
    }
    leaving.abort()
    await model.stopped
    const receipt = (await signed()!)!
    await receipt.delivery
    const { verdict, receipt: stored } = await shop.reportOf(receipt.receiptId)
    const { content, outcome } = stored.claims
    expect(verdict).toBe('partial')
    expect(outcome).toMatchObject({ status: 'partial', end: 'aborted' })
    const sent = words.slice(0, outcome.chunks as number).join('')
    expect(sent.startsWith(seen)).toBe(true)
    expect(content.digest).toBe(digestOf(sent))
    expect(model.pulled).toBeLessThan(100)
    await stop()
  })

  test('answers Stop with the partial receipt of what the reader has', async () => {
    const words = Array.from({ length: 1_000 }, (_, at) => `word ${at} `)
    const { url, stop } = await answer(createModel().answer(words, 10))
    const reader = readReceiptStream(await fetch(url, { method: 'POST' }))
    let stopping = Promise.resolve()
    for await (const piece of reader) if (piece === 'word 3 ') stopping = reader.stop()
    await stopping
    const receipt = await reader.receipt
    expect(receipt).toMatchObject({ state: 'verified', verdict: 'partial', matches: true })
    expect(receipt.claims?.outcome).toMatchObject({ status: 'partial', end: 'aborted' })
    await stop()
  })
})

test('a slow reader is waited for: little more is asked of the model than fits into the sockets', async () => {
  const model = createModel()
  function* endless() {
    for (;;) yield 'x'.repeat(10_000)
  }
  const { url, stop } = await FRAMEWORKS['Express 5']!(
    model.answer(endless()),
    (receipt) => void receipt,
  )
  const { port, hostname } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.write('POST /chat HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n')
  await once(socket, 'readable')
  let before = -1
  while (before !== model.pulled) {
    before = model.pulled
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
  // Buffers of both sides: some MB. Without back-pressure it would never come to rest.
  expect(model.pulled * 10_000).toBeLessThan(32_000_000)
  socket.destroy()
  await model.stopped
  await stop()
})

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
