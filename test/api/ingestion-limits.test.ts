import { connect } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { given, portalTest } from '../support/portal-test.ts'
import { startPortal } from '../support/portal.ts'
import { expectProblem, expectRefused } from '../support/refusal.ts'
import { signReceipt } from '../support/signing.ts'
import { createApiKey, createService, post } from '../support/world.ts'

const MIB = 1024 * 1024

const { portal, db } = portalTest()
const service = given(() => createService(portal))

afterEach(() => db.expectBalanced())

const sign = (text: string) => signReceipt(service.signer, service.slug, text)

/** Writes a request as it is on the wire, and reads until the portal hangs up. */
function onTheWire(path: string, headers: string[], write: (send: SendBytes) => Promise<void>) {
  return new Promise<string>((resolve, reject) => {
    const socket = connect(Number(new URL(portal.origin).port), '127.0.0.1')
    let said = ''
    socket.setEncoding('utf8')
    socket.on('data', (text: string) => (said += text))
    // A portal that hangs up on somebody who is still sending: what it said before is what counts.
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(said))
    const send: SendBytes = (bytes) => new Promise((sent) => socket.write(bytes, () => sent()))
    socket.on('connect', () => {
      const lines = [
        `POST ${path} HTTP/1.1`,
        'Host: portal.test',
        `Authorization: Bearer ${service.key.apiKey}`,
        'Content-Type: application/json',
        ...headers,
      ]
      send(`${lines.join('\r\n')}\r\n\r\n`)
        .then(() => write(send))
        .catch(reject)
    })
  })
}
type SendBytes = (bytes: string | Buffer) => Promise<void>

const LIMITS = [
  ['/v1/receipts', MIB],
  ['/v1/receipts/batch', 4 * MIB],
  ['/v1/reservations', 64 * 1024],
] as const

test('413 payload_too_large as soon as the length is named, before a byte of the body', async () => {
  for (const [path, bytesMax] of LIMITS) {
    const said = await onTheWire(path, [`Content-Length: ${bytesMax + 1}`], () => Promise.resolve())
    expect(said).toContain('HTTP/1.1 413 ')
    expect(said).toContain('"code":"payload_too_large"')
    expect(said.toLowerCase()).toContain('connection: close')
  }
})

test('413 payload_too_large for a chunked body, counted as it comes, however long it goes on', async () => {
  for (const [path, bytesMax] of LIMITS) {
    const chunk = Buffer.from(`8000\r\n${' '.repeat(0x8000)}\r\n`)
    let sent = 0
    const said = await onTheWire(path, ['Transfer-Encoding: chunked'], async (send) => {
      for (; sent < bytesMax + 4 * MIB; sent += 0x8000) await send(chunk)
    })
    expect(said).toContain('HTTP/1.1 413 ')
    expect(said).toContain('"code":"payload_too_large"')
  }
})

test('413 payload_too_large reaches an ordinary client that is still sending', async () => {
  for (const size of [MIB + 1, 3 * MIB, 12 * MIB]) {
    const answer = await expectRefused(db, 413, 'payload_too_large', () =>
      portal.call('POST', '/v1/receipts', {
        token: service.key.apiKey,
        raw: ' '.repeat(size),
        headers: { 'content-type': 'application/json' },
      }),
    )
    expect(answer.body.detail).toContain(String(MIB))
  }
})

test('a body of exactly the limit is read', async () => {
  for (const [path, bytesMax] of LIMITS) {
    await expectRefused(db, 400, 'malformed_json', () =>
      portal.call('POST', path, {
        token: service.key.apiKey,
        raw: ' '.repeat(bytesMax),
        headers: { 'content-type': 'application/json' },
      }),
    )
  }
})

test('415 unsupported_media_type for another type or none; parameters and case don’t matter', async () => {
  const receipt = await sign('media type')
  const send = (type: string) =>
    portal.call('POST', '/v1/receipts', {
      token: service.key.apiKey,
      raw: JSON.stringify({ receipt }),
      headers: { 'content-type': type },
    })
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', ''])
    await expectRefused(db, 415, 'unsupported_media_type', () => send(type))
  expect((await send('Application/JSON; charset=utf-8')).status).toBe(201)
})

test('429 rate_limited says when to come back, and RateLimit stands on every answer before', async () => {
  const key = await createApiKey(portal, service.slug, { ratePerSecond: 2 })
  const receipts = await Promise.all(['a', 'b', 'c'].map((text) => sign(`rate ${text}`)))
  const remaining: (string | null)[] = []
  for (const receipt of receipts.slice(0, 2)) {
    const { status, headers } = await post(portal, key.apiKey, receipt)
    expect(status).toBe(201)
    expect(headers.get('ratelimit-policy')).toBe('"api-key";q=2;w=1')
    remaining.push(headers.get('ratelimit'))
  }
  expect(remaining).toEqual(['"api-key";r=1;t=1', '"api-key";r=0;t=1'])
  const { headers } = await expectRefused(db, 429, 'rate_limited', () =>
    post(portal, key.apiKey, receipts[2]!),
  )
  expect(headers.get('ratelimit')).toBe('"api-key";r=0;t=1')
  expect(Number(headers.get('retry-after'))).toBe(1)
  portal.advance(1000)
  expect((await post(portal, key.apiKey, receipts[2]!)).status).toBe(201)
  portal.advance(-1000)
  const { headers: free } = await post(portal, service.key.apiKey, receipts[2]!)
  expect(free.has('ratelimit')).toBe(false)
})

test('405 method_not_allowed lists what the address knows', async () => {
  const allow = async (method: string, path: string) => {
    const call = () => portal.call(method, path, { token: service.key.apiKey })
    const answer = await expectRefused(db, 405, 'method_not_allowed', call)
    return answer.headers.get('allow')
  }
  expect(await allow('GET', '/v1/receipts')).toBe('POST')
  expect(await allow('PUT', '/v1/receipts')).toBe('POST')
  expect(await allow('PUT', '/v1/receipts/batch')).toContain('POST')
  expect(await allow('GET', '/v1/reservations')).toBe('POST')
  expect(await allow('GET', '/v1/reservations/rsv_x')).toBe('DELETE')
  expect(await allow('POST', '/v1/usage')).toBe('GET, HEAD')
})

test('404 not_found for an address that is none, and for a reservation of another key', async () => {
  const notFound = (method: string, path: string, token = service.key.apiKey) =>
    expectRefused(db, 404, 'not_found', () => portal.call(method, path, { token }))
  await notFound('POST', '/v1/receipt')
  await notFound('POST', '/v1/receipts/')
  await notFound('DELETE', '/v1/reservations/nonsense')
  const held = await portal.call<{ reservation: string }>('POST', '/v1/reservations', {
    token: service.key.apiKey,
    body: { count: 3 },
  })
  const stranger = await createApiKey(portal, service.slug)
  await notFound('DELETE', `/v1/reservations/${held.body.reservation}`, stranger.apiKey)
})

test('500 internal_error for a broken row: a number for the log, and nothing of the reason for the client', async () => {
  const broken = await createApiKey(portal, service.slug)
  await db.sql`update api_keys set secret_hash = '\\x00' where id = ${broken.id}`
  const answer = await expectRefused(db, 500, 'internal_error', async () =>
    post(portal, broken.apiKey, await sign('broken')),
  )
  expect(answer.text).not.toMatch(/RangeError|byte length|\.ts|stack/)
  const line = portal
    .logged()
    .split('\n')
    .find((one) => one.includes(String(answer.body.requestId)))
  expect(line).toContain('byte length')
  expect((await post(portal, service.key.apiKey, await sign('others go on'))).status).toBe(201)
})

test('503 unavailable when the database is away, for every route that needs it', async () => {
  const away = await startPortal({ ...db.connection, host: '/nowhere' })
  try {
    const token = service.key.apiKey
    expectProblem(await post(away, token, await sign('away')), 503, 'unavailable')
    const batch = { receipts: [{ receipt: await sign('away') }] }
    for (const [method, path, body] of [
      ['POST', '/v1/receipts/batch', batch],
      ['POST', '/v1/reservations', {}],
      ['DELETE', `/v1/reservations/rsv_${'0'.repeat(22)}`, undefined],
      ['GET', '/v1/usage', undefined],
    ] as const)
      expectProblem(await away.call(method, path, { token, body }), 503, 'unavailable')
  } finally {
    await away.stop()
  }
})
