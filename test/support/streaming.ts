import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createCounterfoil, type Counterfoil } from '../../sdk/src/index.ts'
import { freshDatabase } from './database.ts'
import { startPortal, type Portal } from './portal.ts'
import { createApiKey, createService, type Service } from './world.ts'

/** A portal, and a service that answers and signs. */
export interface Shop {
  portal: Portal
  service: Service
  counterfoil: Counterfoil
  /** A Counterfoil with an API key whose cap is this. */
  withCap(cap: number): Promise<Counterfoil>
  reportOf(receiptId: string): Promise<Report>
  stop(): Promise<void>
}

export interface Report {
  verdict: string
  receipt: {
    claims: { content: { digest: string; length: number }; outcome: Record<string, unknown> }
  }
}

export async function openShop(): Promise<Shop> {
  const database = await freshDatabase()
  const portal = await startPortal(database.connection)
  const service = await createService(portal)
  const all: Counterfoil[] = []
  const sign = (apiKey: string): Counterfoil => {
    const counterfoil = createCounterfoil({
      portal: portal.origin,
      issuer: service.slug,
      signingKey: JSON.stringify(service.signer.privateJwk),
      apiKey,
    })
    all.push(counterfoil)
    return counterfoil
  }
  return {
    portal,
    service,
    counterfoil: sign(service.key.apiKey),
    withCap: async (cap) => sign((await createApiKey(portal, service.slug, { cap })).apiKey),
    async reportOf(receiptId) {
      const { body } = await portal.call<Report>('GET', `/v1/receipts/${receiptId}`)
      return body
    },
    async stop() {
      for (const one of all) await one.close()
      await portal.stop()
      await database.drop()
    },
  }
}

export const digestOf = (text: string): string =>
  createHash('sha256').update(text).digest('base64url')

/** Something that answers as a model does, and knows what became of it. */
export interface Model {
  /** A new answer. With `everyMs` its pieces take their time, and it waits as long after the last. */
  answer(pieces: Iterable<string>, everyMs?: number): (signal: AbortSignal) => AsyncIterable<string>
  /** How often it was called. */
  calls: number
  /** How many of its answers have neither ended nor been stopped. */
  running: number
  /** How many pieces were asked of it. */
  pulled: number
  /** Resolves when a call has been stopped before its end. */
  stopped: Promise<void>
}

export function createModel(): Model {
  let markStopped: () => void
  const stopped = new Promise<void>((resolve) => (markStopped = resolve))
  const model: Model = {
    calls: 0,
    running: 0,
    pulled: 0,
    stopped,
    answer: (pieces, everyMs = 0) =>
      async function* (signal) {
        model.calls++
        model.running++
        signal.addEventListener('abort', () => markStopped())
        try {
          for (const piece of pieces) {
            if (everyMs > 0) await new Promise((resolve) => setTimeout(resolve, everyMs))
            if (signal.aborted) return
            model.pulled++
            yield piece
          }
        } finally {
          model.running--
        }
      },
  }
  return model
}

/** A server on a port of its own. */
export interface Served {
  url: string
  stop: () => Promise<void>
}

export async function serve(listener: RequestListener): Promise<Served> {
  const server = createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Every `data:` of an event stream that was read to its end. */
export const eventsOf = (body: string): Record<string, unknown>[] =>
  body
    .split('\n\n')
    .filter((event) => event.startsWith('data: '))
    .map((event) => JSON.parse(event.slice(6)) as Record<string, unknown>)
