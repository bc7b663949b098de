import { afterEach, expect, test } from 'vitest'
import { given, portalTest } from '../support/portal-test.ts'
import { startPortal } from '../support/portal.ts'
import { expectProblem, expectRefused } from '../support/refusal.ts'
import { makeSigner, secondsNow, signReceipt } from '../support/signing.ts'
import { createApiKey, createService, post } from '../support/world.ts'

const { portal, db } = portalTest()
const service = given(() => createService(portal))

afterEach(() => db.expectBalanced())

const sign = (text: string, claims: object = {}) =>
  signReceipt(service.signer, service.slug, text, claims)

/** Posts with the service's key what must be refused. */
const refused = async (status: number, code: string, receipt: string, more: object = {}) =>
  expectRefused(db, status, code, () => post(portal, service.key.apiKey, receipt, more))

const raw = (body: string, headers: Record<string, string> = {}) =>
  portal.call('POST', '/v1/receipts', {
    token: service.key.apiKey,
    raw: body,
    headers: { 'content-type': 'application/json', ...headers },
  })

/** The same key with another letter where its secret is, and the checksum that fits. */
const replaceLast = (text: string) => text.slice(0, -1) + (text.endsWith('a') ? 'b' : 'a')

test('201 stores, says where, and a second time 200 says the same and counts nothing', async () => {
  const jws = await sign('stored', { jti: 'stored-1' })
  const first = await post(portal, service.key.apiKey, jws)
  expect(first.status).toBe(201)
  const verifyUrl = `http://portal.test/r/${first.body.receiptId}`
  expect(first.body).toMatchObject({ verifyUrl, mode: 'live', log: { state: 'off' } })
  expect(first.headers.get('location')).toBe(verifyUrl)
  expect(first.headers.get('cache-control')).toBe('no-store')
  expect(first.headers.get('x-request-id')).toMatch(/^[\w-]{16}$/)
  const before = await db.totals()
  const second = await post(portal, service.key.apiKey, jws)
  expect(second.status).toBe(200)
  expect(second.body).toEqual(first.body)
  expect(second.headers.get('location')).toBe(verifyUrl)
  expect(await db.totals()).toEqual(before)
})

test('401 missing_api_key without a key, and with another scheme', async () => {
  const body = { receipt: await sign('no key') }
  for (const headers of [{}, { authorization: 'Basic abc' }, { authorization: 'Bearer ' }]) {
    await expectRefused(db, 401, 'missing_api_key', () =>
      portal.call('POST', '/v1/receipts', { body, headers }),
    )
  }
})

test('401 invalid_api_key for what is no key of ours, one wrong letter, and an unknown id', async () => {
  const stranger = (await createApiKey(portal, service.slug)).apiKey
  const [row] = await db.sql`delete from api_keys where id = ${`key_${stranger.split('_')[2]!}`}
    returning id`
  expect(row).toBeDefined()
  const otherMode = service.key.apiKey.replace('cfl_live_', 'cfl_test_')
  for (const key of ['nonsense', replaceLast(service.key.apiKey), stranger, otherMode]) {
    await expectRefused(db, 401, 'invalid_api_key', async () =>
      post(portal, key, await sign('wrong key')),
    )
  }
})

test('401 invalid_api_key for an expired and for a revoked key, told like an unknown one', async () => {
  const expired = await createApiKey(portal, service.slug)
  await db.sql`update api_keys set expires_at = now() - interval '1 ms' where id = ${expired.id}`
  const revoked = await createApiKey(portal, service.slug)
  expect((await post(portal, revoked.apiKey, await sign('before'))).status).toBe(201)
  await portal.admin('DELETE', `/v1/admin/api-keys/${revoked.id}`)
  const bodies = []
  for (const key of [expired.apiKey, revoked.apiKey, `cfl_live_${'0'.repeat(47)}`]) {
    const { body } = await expectRefused(db, 401, 'invalid_api_key', async () =>
      post(portal, key, await sign('too late')),
    )
    bodies.push({ ...body, requestId: '' })
  }
  expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBe(1)
})

test('401 invalid_api_key for a wrong checksum never reaches the database; 503 unavailable for a right one', async () => {
  const away = await startPortal({ ...db.connection, host: '/nowhere' })
  try {
    const jws = await sign('database away')
    expectProblem(await post(away, replaceLast(service.key.apiKey), jws), 401, 'invalid_api_key')
    expectProblem(await post(away, service.key.apiKey, jws), 503, 'unavailable')
  } finally {
    await away.stop()
  }
})

test('400 malformed_json for what is no JSON, no UTF-8, or nothing', async () => {
  for (const body of ['{', '{"receipt": "a",}', '', "{'receipt': 'a'}"])
    await expectRefused(db, 400, 'malformed_json', () => raw(body))
  const response = await fetch(`${portal.origin}/v1/receipts`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${service.key.apiKey}`,
      'content-type': 'application/json',
    },
    body: new Uint8Array([0x22, 0xff, 0x22]),
  })
  expect(await response.json()).toMatchObject({ status: 400, code: 'malformed_json' })
})

test('400 invalid_request names the unknown member, the missing one and the wrong one by pointer', async () => {
  const receipt = await sign('ill-formed')
  const pointers = async (body: unknown) => {
    const answer = await expectRefused(db, 400, 'invalid_request', () => raw(JSON.stringify(body)))
    return (answer.body.errors as { pointer: string }[]).map(({ pointer }) => pointer)
  }
  expect(await pointers({ receipt, colour: 'red' })).toEqual(['/colour'])
  expect(await pointers({ receipt, 'a/b~c': 1 })).toEqual(['/a~1b~0c'])
  expect(await pointers({})).toEqual(['/receipt'])
  expect(await pointers({ receipt: 5 })).toEqual(['/receipt'])
  expect(await pointers({ receipt, visibility: 'secret' })).toEqual(['/visibility'])
  expect(await pointers({ receipt, content: { text: '\ud800' } })).toEqual(['/content/text'])
  expect(await pointers({ receipt, content: { base64: 'a' } })).toEqual(['/content/base64'])
  expect(await pointers({ receipt, content: { text: 'a', base64: 'YQ==' } })).toEqual(['/content'])
  expect(await pointers([receipt])).toEqual([''])
})

test('400 malformed_receipt gives the first reason and where', async () => {
  const where = async (receipt: string) => {
    const { body } = await refused(400, 'malformed_receipt', receipt)
    const [error] = body.errors as { pointer: string; message: string }[]
    expect(error!.message).toBe(body.detail)
    return error!.pointer
  }
  const good = await sign('malformed')
  expect(await where(await sign('a', { colour: 'red' }))).toBe('/receipt/claims/colour')
  expect(await where(await sign('a', { iat: '5' }))).toBe('/receipt/claims/iat')
  expect(await where(await service.signer.sign({}, { typ: 'JWT' }))).toBe('/receipt/header/typ')
  expect(await where(`${good}=`)).toBe('/receipt/signature')
  expect(await where(`${good}\n`)).toMatch(/^\/receipt/)
  expect(await where('')).toBe('/receipt')
  expect(await where('a.b')).toBe('/receipt')
})

test('403 issuer_mismatch for a receipt of another issuer', async () => {
  const other = await createService(portal)
  const jws = await signReceipt(other.signer, other.slug, 'another issuer')
  const { body } = await refused(403, 'issuer_mismatch', jws)
  expect(body.detail).toContain(other.slug)
})

test('422 unknown_signing_key for a key that is not published, or published by another issuer', async () => {
  await refused(
    422,
    'unknown_signing_key',
    await signReceipt(await makeSigner(), service.slug, 'a'),
  )
  const other = await createService(portal)
  await refused(422, 'unknown_signing_key', await signReceipt(other.signer, service.slug, 'a'))
})

test('422 signing_key_retired and signing_key_revoked at once, though the key was used a moment ago', async () => {
  for (const [verb, code] of [
    ['retire', 'signing_key_retired'],
    ['revoke', 'signing_key_revoked'],
  ] as const) {
    const other = await createService(portal)
    const before = await signReceipt(other.signer, other.slug, 'before')
    expect((await post(portal, other.key.apiKey, before)).status).toBe(201)
    await portal.admin(
      'POST',
      `/v1/admin/issuers/${other.slug}/signing-keys/${other.signer.kid}/${verb}`,
      { reason: 'for a test' },
    )
    await expectRefused(db, 422, code, async () =>
      post(portal, other.key.apiKey, await signReceipt(other.signer, other.slug, 'after')),
    )
  }
})

test('422 invalid_signature for one changed bit of the claims or of the signature', async () => {
  const [header, , signature] = (await sign('signed')).split('.')
  const [, otherClaims] = (await sign('not signed')).split('.')
  await refused(422, 'invalid_signature', `${header!}.${otherClaims!}.${signature!}`)
  const bytes = Buffer.from(signature!, 'base64url')
  bytes[5]! ^= 1
  const [, claims] = (await sign('signed')).split('.')
  await refused(422, 'invalid_signature', `${header!}.${claims!}.${bytes.toString('base64url')}`)
})

test('422 issued_in_future from ten minutes and a second ahead, not before', async () => {
  await refused(422, 'issued_in_future', await sign('later', { iat: secondsNow() + 602 }))
  const soon = await sign('soon', { iat: secondsNow() + 598 })
  expect((await post(portal, service.key.apiKey, soon)).status).toBe(201)
})

test('422 content_mismatch for one byte more, one less, one other', async () => {
  const jws = await sign('the text')
  for (const text of ['the text\n', 'the tex', 'the Text', ''])
    await refused(422, 'content_mismatch', jws, { content: { text }, visibility: 'public' })
})

test('422 content_not_checkable for content beside a keyed digest', async () => {
  const digest = Buffer.alloc(32, 7).toString('base64url')
  const jws = await sign('', {
    content: { alg: 'hmac-sha-256', digest, type: 'text/plain', subject: 'text' },
  })
  await refused(422, 'content_not_checkable', jws, { content: { text: 'yes' } })
  expect((await post(portal, service.key.apiKey, jws)).status).toBe(201)
})

test('409 job_conflict names the receipt that has the job', async () => {
  const first = await post(portal, service.key.apiKey, await sign('first', { jti: 'job-1' }))
  const { body } = await refused(409, 'job_conflict', await sign('second', { jti: 'job-1' }))
  expect(body.receiptId).toBe(first.body.receiptId)
})

test('409 mode_conflict for a receipt that came first by a key of the other mode', async () => {
  const testKey = await createApiKey(portal, service.slug, { mode: 'test' })
  const jws = await sign('two modes', { jti: 'mode-1' })
  expect((await post(portal, testKey.apiKey, jws)).status).toBe(201)
  await refused(409, 'mode_conflict', jws)
  // The same job may have a receipt in each mode.
  const live = await post(portal, service.key.apiKey, await sign('live', { jti: 'mode-1' }))
  expect(live.status).toBe(201)
})

test('402 cap_exceeded says how much, until when and where to ask, and never PAYMENT-REQUIRED', async () => {
  const key = await createApiKey(portal, service.slug, { cap: 1 })
  expect((await post(portal, key.apiKey, await sign('the only one'))).status).toBe(201)
  const { body, headers } = await expectRefused(db, 402, 'cap_exceeded', async () =>
    post(portal, key.apiKey, await sign('one too many')),
  )
  const now = new Date()
  const resetsAt = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1))
  expect(body).toMatchObject({
    cap: 1,
    used: 1,
    reserved: 0,
    resetsAt: resetsAt.toISOString(),
    manageUrl: `http://portal.test/admin/api-keys/${key.id}/edit`,
  })
  const seconds = (resetsAt.getTime() - now.getTime()) / 1000
  expect(Math.abs(Number(headers.get('retry-after')) - seconds)).toBeLessThan(5)
  const none = await createApiKey(portal, service.slug, { cap: 0 })
  const refusedNone = await expectRefused(db, 402, 'cap_exceeded', async () =>
    post(portal, none.apiKey, await sign('no place at all')),
  )
  expect(refusedNone.body.manageUrl).toBe(`http://portal.test/admin/api-keys/${none.id}/edit`)
})
