import { AsyncLocalStorage } from 'node:async_hooks'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCounterfoil, type Counterfoil } from '../../sdk/src/index.ts'
import { receiptStream, stopStream } from '../../sdk/src/sse.ts'
import { startScriptedPortal, type ScriptedPortal } from '../support/scripted-portal.ts'
import { makeKeyPair } from '../support/key-pair.ts'

// A worker at the edge keeps requests apart: what one of them begins ends with it.
let portal: ScriptedPortal
let counterfoil: Counterfoil
const request = new AsyncLocalStorage<string>()
/** Of which request it was that things were done. */
let doneBy: Record<string, string | undefined>

beforeEach(async () => {
  portal = await startScriptedPortal()
  doneBy = {}
  const { privateKey, jwk } = makeKeyPair()
  const key = await crypto.subtle.importKey(
    'pkcs8',
    privateKey.export({ format: 'der', type: 'pkcs8' }),
    'Ed25519',
    false,
    ['sign'],
  )
  counterfoil = createCounterfoil({
    portal: portal.origin,
    issuer: 'acme',
    apiKey: 'cfl_test_key',
    signingKey: {
      publicKey: jwk,
      sign: (bytes) => {
        doneBy.signature = request.getStore()
        return crypto.subtle.sign('Ed25519', key, new Uint8Array(bytes))
      },
    },
  })
})

afterEach(async () => {
  await counterfoil.close({ timeoutMs: 0 })
  await portal.close()
})

test('a Stop that comes with another request has everything done by the stream’s own', async () => {
  async function* model(signal: AbortSignal): AsyncGenerator<string> {
    signal.addEventListener('abort', () => (doneBy.abort = request.getStore()))
    yield 'one '
    await new Promise((resume) => signal.addEventListener('abort', resume))
    yield 'never sent'
  }
  let streamId = ''
  const reading = request.run('the stream’s', async () => {
    const stream = receiptStream(counterfoil, model)
    streamId = stream.streamId
    return { text: await new Response(stream).text(), receipt: await stream.receipt }
  })
  await new Promise((resume) => setTimeout(resume, 50))
  expect(request.run('the Stop’s', () => stopStream(streamId))).toBe(204)
  const { text, receipt } = await reading
  expect(doneBy).toEqual({ abort: 'the stream’s', signature: 'the stream’s' })
  expect(text).toContain(receipt!.receiptId)
  expect(text).not.toContain('never sent')
})
