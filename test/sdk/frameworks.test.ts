import { given } from '../support/portal-test.ts'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { connect } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { createRequestHandler, type ServerBuild } from '@remix-run/node'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { readReceiptStream } from '../../sdk/src/client.ts'
import * as toExpress from '../../sdk/src/express.ts'
import * as toFastify from '../../sdk/src/fastify.ts'
import * as toHono from '../../sdk/src/hono.ts'
import * as toNext from '../../sdk/src/next.ts'
import * as toRemix from '../../sdk/src/remix.ts'
import type { SignedReceipt } from '../../sdk/src/index.ts'
import { createModel, digestOf, openShop, serve } from '../support/streaming.ts'
import type { Served } from '../support/streaming.ts'

const express4 = createRequire(import.meta.url)('express4') as typeof express

const shop = given(openShop, (one) => one.stop())

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
