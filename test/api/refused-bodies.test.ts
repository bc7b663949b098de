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
