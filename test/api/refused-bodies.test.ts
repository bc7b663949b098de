import { Buffer } from 'node:buffer'
import { expect, test } from 'vitest'
import { given, portalTest } from '../support/portal-test.ts'
import { createService } from '../support/world.ts'

const { portal } = portalTest()
const service = given(() => createService(portal))

test('a client that sends far too much still reads why, whoever it is', async () => {
  const raw = Buffer.alloc(6 * 1024 * 1024, 'x').toString()
  const headers = { 'content-type': 'application/json' }
  for (const [token, status] of [
    [service.key.apiKey, 413],
    ['cfl_live_nobody', 401],
  ] as const) {
    const answer = await portal.call('POST', '/v1/receipts/batch', { token, raw, headers })
    expect(answer.status).toBe(status)
  }
})

test.each([
  [{}, '/receipt: Is missing.'],
  [{ receipt: 7 }, '/receipt: Must be a string.'],
  [{ receipt: 'x', content: 'x' }, '/content: Must be { "text": … } or { "base64": … }.'],
  [
    { receipt: 'x', visibility: 'open' },
    '/visibility: Must be “private” or “public” or “findable”.',
  ],
])('what is wrong with %j is said in plain words', async (body, detail) => {
  const answer = await portal.call('POST', '/v1/receipts', { token: service.key.apiKey, body })
  expect(answer.body).toMatchObject({ status: 400, code: 'invalid_request', detail })
})

test('a reservation needs no body, and one that is too large says how many places are free', async () => {
  const { apiKey } = (await createService(portal, { cap: 5 })).key
  expect((await portal.call('POST', '/v1/reservations', { token: apiKey })).status).toBe(201)
  const refused = await portal.call('POST', '/v1/reservations', {
    token: apiKey,
    body: { count: 9 },
  })
  expect(refused.body).toMatchObject({
    status: 402,
    detail: '9 places were asked for, and 4 of 5 are free.',
  })
  const many = await portal.call('POST', '/v1/reservations', { token: apiKey, body: { count: 0 } })
  expect(many.body.detail).toBe('/count: Must be at least 1.')
})

test.each([
  ['two members of one name', '{"receipt":"a","receipt":"b"}', 'The same name stands twice'],
  [
    'one name in two spellings',
    '{"receipt":"a","\\u0072eceipt":"b"}',
    'The same name stands twice',
  ],
  ['17 levels', `${'['.repeat(17)}${']'.repeat(17)}`, 'Nested deeper than 16'],
  ['2,001 values', `[${'0,'.repeat(1_999)}0]`, 'More than 2000 values'],
  ['a byte order mark', '\ufeff{}', 'Expected a value'],
  ['a hexadecimal number', '{"receipt":0x1}', 'Expected }'],
])('13.1: a body with %s is refused before anything is built', async (_, raw, reason) => {
  const headers = { 'content-type': 'application/json' }
  for (const path of ['/v1/verify', '/v1/receipts']) {
    const answer = await portal.call('POST', path, { token: service.key.apiKey, raw, headers })
    expect(answer.body).toMatchObject({ status: 400, code: 'malformed_json' })
    expect(answer.body.detail).toContain(reason)
  }
})

test('13.1: a body may hold fractions, and a batch up to 16,000 values', async () => {
  const raw = `{"count":1.5}`
  const headers = { 'content-type': 'application/json' }
  const { apiKey } = service.key
  const fraction = await portal.call('POST', '/v1/reservations', { token: apiKey, raw, headers })
  expect(fraction.body.code).toBe('invalid_request')
  expect(fraction.body.detail).toContain('/count: ')
  const items = (values: number) => ({ receipts: [Array(values - 3).fill(0)] })
  const batch = (values: number) =>
    portal.call('POST', '/v1/receipts/batch', { token: apiKey, body: items(values) })
  expect((await batch(16_000)).status).toBe(200)
  expect((await batch(16_001)).body.code).toBe('malformed_json')
})
