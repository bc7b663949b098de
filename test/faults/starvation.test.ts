import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BIG_BODIES, BIG_REQUESTS, LONG_TEXTS, type Big } from '../support/big-requests.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { signReceipt } from '../support/signing.ts'
import { findPort, spawnPortal, type SpawnedPortal } from '../support/spawn-portal.ts'
import { createService, post, type Service } from '../support/world.ts'

/** A public request may hold the event loop for so long. */
const HELD_MS_MAX = 10
/** A noisy machine only adds to a measurement, so the least of several counts. */
const TRIES = 20

let database: FreshDatabase
let portal: SpawnedPortal
let service: Service
let loopPort: number
let receipt: string

beforeAll(async () => {
  database = await freshDatabase()
  loopPort = await findPort()
  portal = await spawnPortal({
    port: await findPort(),
    database: database.connection,
    env: {
      LOOP_DELAY_PORT: String(loopPort),
      NODE_OPTIONS: `--import ${new URL('../support/loop-delay.mjs', import.meta.url).href}`,
      PUBLIC_COST_MS_PER_MINUTE: '1000000',
    },
  })
  service = await createService(portal)
  // Every repair of a long text could have this length.
  receipt = await signReceipt(service.signer, service.slug, 'x'.repeat(700_000))
  await post(portal, service.key.apiKey, receipt)
})

afterAll(async () => {
  await portal.kill()
  await database.drop()
})

/** The longest time that the event loop was held since the last question. */
const askHeld = async (): Promise<number> => (await askLoop()).longest

const askLoop = async (query = ''): Promise<{ longest: number; total: number }> =>
  (await (await fetch(`http://127.0.0.1:${loopPort}/${query}`)).json()) as never

/** Sends a request until one of its answers has held the event loop for a short time only. */
async function expectShort(what: string, send: () => Promise<Response>): Promise<void> {
  let held = Infinity
  for (let i = 0; i < TRIES && held > HELD_MS_MAX; i++) {
    await askHeld()
    const response = await send()
    await response.arrayBuffer()
    held = Math.min(held, await askHeld())
  }
  expect(held, what).toBeLessThan(HELD_MS_MAX)
}

const sendBig = ({ method = 'POST', path, headers, body }: Big) =>
  fetch(portal.origin + path, {
    method,
    headers,
    redirect: 'manual',
    ...(body === undefined ? {} : { body }),
  })

test.each(Object.keys(BIG_BODIES))('13.1: %s does not hold the event loop', (kind) => {
  const big = BIG_BODIES[kind]!(receipt)
  return expectShort(kind, () => sendBig(big))
})

test.each(Object.keys(BIG_REQUESTS))('13.1: %s does not hold the event loop', (kind) =>
  expectShort(kind, () => sendBig(BIG_REQUESTS[kind]!)),
)

/** A receipt of its own for each measurement, because a page is kept once it is drawn. */
async function postPublic(text: string): Promise<string> {
  const jws = await signReceipt(service.signer, service.slug, text, { jti: `${++posted}` })
  const answer = await post(portal, service.key.apiKey, jws, {
    visibility: 'public',
    content: { text },
  })
  if (answer.status !== 201) throw new Error(answer.text)
  return answer.body.receiptId
}
let posted = 0

test.each(Object.keys(LONG_TEXTS))('13.1: public content of %s does not hold it', async (kind) => {
  const headers = { accept: 'text/html' }
  const addresses = ['/v1/receipts/:id', '/v1/receipts/:id/content', '/v1/receipts/:id/bundle']
  for (const address of [...addresses, '/r/:id'])
    await expectShort(address, async () => {
      const path = address.replace(':id', await postPublic(LONG_TEXTS[kind]!))
      await askHeld()
      return fetch(portal.origin + path, { headers })
    })
})

test('13.1: a look-up with a thousand matches does not hold the event loop', async () => {
  const text = 'many receipts of one text'
  const receipts = await Promise.all(
    Array.from({ length: 1_000 }, async (_, i) => ({
      receipt: await signReceipt(service.signer, service.slug, text, { jti: `look-up ${i}` }),
      visibility: 'findable',
    })),
  )
  const body = { receipts }
  await portal.call('POST', '/v1/receipts/batch', { token: service.key.apiKey, body })
  const prefix = createHash('sha256').update(text).digest('hex').slice(0, 16)
  await expectShort(prefix, () => fetch(`${portal.origin}/v1/lookup/${prefix}`))
})

/** The event loop's time for one request, in milliseconds. */
async function measureCost(path: string): Promise<number> {
  await askLoop('?total')
  for (let i = 0; i < REQUESTS; i++) {
    const options = { headers: { accept: 'text/html' }, redirect: 'manual' } as const
    await (await fetch(portal.origin + path, options)).arrayBuffer()
  }
  return (await askLoop()).total / REQUESTS
}
const REQUESTS = 50
const ROUNDS = 10

test('13.2: no public page is drawn again for each request', async () => {
  const id = (await post(portal, service.key.apiKey, receipt)).body.receiptId
  const paths = ['/', '/docs', '/problems', '/problems/cap_exceeded', `/issuers/${service.slug}`]
  const others = [`/r/${id}`, `/R/${id}`, `/%72/${id}`, `/r/${id}/`, `/r/rec_${'0'.repeat(32)}`]
  for (let i = 0; i < ROUNDS; i++) await measureCost('/healthz')
  const plain = await measureCost('/healthz')
  // A slow machine shows in the plainest answer; the dearest page took 5.7 ms when it was drawn.
  const limit = 0.3 + 4 * plain
  for (const path of [
    ...paths,
    ...others,
    '/nowhere',
    '/issuers/nobody',
    '/.well-known/jwks.json',
  ]) {
    let cost = Infinity
    for (let i = 0; i < ROUNDS && cost > limit; i++) cost = Math.min(cost, await measureCost(path))
    expect(cost, path).toBeLessThan(limit)
  }
})

test('13.3: posts go on while sixteen strangers send the dearest body', async () => {
  const count = async (): Promise<number> => {
    const end = performance.now() + 2_000
    let posts = 0
    const one = async () => {
      while (performance.now() < end) {
        const jti = `beside ${++posted}`
        const jws = await signReceipt(service.signer, service.slug, 'short', { jti })
        expect((await post(portal, service.key.apiKey, jws)).status).toBe(201)
        posts++
      }
    }
    await Promise.all([one(), one(), one(), one()])
    return posts
  }
  await count()
  const alone = await count()
  const dearest = BIG_BODIES['content of letters with 30 combining marks']!(receipt)
  let isOver = false
  const strangers = Array.from({ length: 16 }, async () => {
    while (!isOver) await (await sendBig(dearest)).arrayBuffer()
  })
  const beside = await count()
  isOver = true
  await Promise.all(strangers)
  // One such body at a time held the event loop before: 5 posts a second were left of 1,530.
  expect(beside).toBeGreaterThan(alone / 10)
})
