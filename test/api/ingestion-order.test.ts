import { afterEach, expect, test } from 'vitest'
import { portalTest } from '../support/portal-test.ts'
import { expectRefused } from '../support/refusal.ts'
import { makeSigner, secondsNow, signReceipt } from '../support/signing.ts'
import { createApiKey, createService, post, type Service } from '../support/world.ts'

const { portal, db } = portalTest()

afterEach(() => db.expectBalanced())

const signFor = (service: Service, text: string, claims: object = {}) =>
  signReceipt(service.signer, service.slug, text, claims)

const store = async (service: Service, receipt: string, more: object = {}) => {
  const answer = await post(portal, service.key.apiKey, receipt, more)
  expect(answer.status, answer.text).toBe(201)
  return answer.body.receiptId
}

const changeKey = async (service: Service, verb: 'retire' | 'revoke') => {
  const path = `/v1/admin/issuers/${service.slug}/signing-keys/${service.signer.kid}/${verb}`
  expect((await portal.admin('POST', path, { reason: 'for a test' })).status).toBe(200)
}

const setCap = (service: Service, cap: number | null) =>
  portal.admin('PATCH', `/v1/admin/api-keys/${service.key.id}`, { cap })

/** A receipt that is stored already is answered by 200, and the tables stay as they are. */
async function expectRepeat(apiKey: string, receipt: string, more: object = {}) {
  const before = await db.totals()
  const answer = await post(portal, apiKey, receipt, more)
  expect(answer.status, answer.text).toBe(200)
  expect(await db.totals()).toEqual(before)
}

test('who it is comes first, then media type and size, then JSON, shape and receipt, then the issuer', async () => {
  const service = await createService(portal, { cap: 0 })
  const other = await createService(portal)
  const foreign = await signFor(other, 'of another issuer')
  const large = ' '.repeat(1024 * 1024 + 1)
  const json = { 'content-type': 'application/json' }
  const text = { 'content-type': 'text/plain' }
  const ask = (
    status: number,
    code: string,
    token: string | undefined,
    raw: string,
    headers: Record<string, string>,
  ) =>
    expectRefused(db, status, code, () =>
      portal.call('POST', '/v1/receipts', {
        ...(token === undefined ? {} : { token }),
        raw,
        headers,
      }),
    )
  const { apiKey } = service.key
  await ask(401, 'missing_api_key', undefined, large, text)
  await ask(401, 'invalid_api_key', 'cfl_live_nonsense', large, text)
  await ask(415, 'unsupported_media_type', apiKey, '{', text)
  await ask(413, 'payload_too_large', apiKey, large, json)
  await ask(400, 'malformed_json', apiKey, '{', json)
  await ask(400, 'invalid_request', apiKey, JSON.stringify({ receipt: foreign, x: 1 }), json)
  await ask(400, 'malformed_receipt', apiKey, JSON.stringify({ receipt: `${foreign}=` }), json)
  await ask(403, 'issuer_mismatch', apiKey, JSON.stringify({ receipt: foreign }), json)
})

test('403 comes before what is stored already', async () => {
  const service = await createService(portal)
  const other = await createService(portal)
  const receipt = await signFor(service, 'stored')
  await store(service, receipt)
  await expectRefused(db, 403, 'issuer_mismatch', () => post(portal, other.key.apiKey, receipt))
})

test('a stored receipt is 200 with the cap full or lowered, with a wrong content, and by another key', async () => {
  const service = await createService(portal, { cap: 1 })
  const receipt = await signFor(service, 'the only one', { jti: 'job' })
  await store(service, receipt)
  await expectRepeat(service.key.apiKey, receipt)
  await setCap(service, 0)
  await expectRepeat(service.key.apiKey, receipt, { reservation: 'rsv_of_nobody' })
  await expectRepeat(service.key.apiKey, receipt, { content: { text: 'something else' } })
  const second = await createApiKey(portal, service.slug, { cap: 0 })
  await expectRepeat(second.apiKey, receipt)
})

test('a stored receipt is 200 after its signing key was retired, revoked, or the clock set back', async () => {
  const service = await createService(portal)
  const receipt = await signFor(service, 'stored', { iat: secondsNow() })
  await store(service, receipt)
  portal.advance(-3_600_000)
  await expectRepeat(service.key.apiKey, receipt)
  portal.advance(3_600_000)
  await changeKey(service, 'retire')
  await expectRepeat(service.key.apiKey, receipt)
  await changeKey(service, 'revoke')
  await expectRepeat(service.key.apiKey, receipt)
})

test('422 comes before 409 and 402', async () => {
  const service = await createService(portal, { cap: 1 })
  await store(service, await signFor(service, 'first', { jti: 'taken' }))
  const refused = (code: string, receipt: string, more: object = {}) =>
    expectRefused(db, 422, code, () => post(portal, service.key.apiKey, receipt, more))
  const late = { jti: 'taken', iat: secondsNow() + 3600 }
  await refused('issued_in_future', await signFor(service, 'later', late))
  const again = await signFor(service, 'again', { jti: 'taken' })
  await refused('content_mismatch', again, { content: { text: 'other' } })
  await refused('invalid_signature', again.slice(0, -40) + 'A'.repeat(39) + 'Q')
  const stranger = await makeSigner()
  await refused(
    'unknown_signing_key',
    await signReceipt(stranger, service.slug, 'x', { jti: 'taken' }),
  )
  await changeKey(service, 'retire')
  await refused('signing_key_retired', again)
})

test('422 comes before a 409 for the other mode, too', async () => {
  const service = await createService(portal)
  const testKey = await createApiKey(portal, service.slug, { mode: 'test' })
  const receipt = await signFor(service, 'first as a test')
  expect((await post(portal, testKey.apiKey, receipt)).status).toBe(201)
  await expectRefused(db, 422, 'content_mismatch', () =>
    post(portal, service.key.apiKey, receipt, { content: { text: 'other' } }),
  )
  await changeKey(service, 'retire')
  await expectRefused(db, 422, 'signing_key_retired', () =>
    post(portal, service.key.apiKey, receipt),
  )
})

test('409 comes before 402', async () => {
  const service = await createService(portal, { cap: 1 })
  await store(service, await signFor(service, 'first', { jti: 'taken' }))
  const { apiKey } = service.key
  await expectRefused(db, 409, 'job_conflict', async () =>
    post(portal, apiKey, await signFor(service, 'again', { jti: 'taken' })),
  )
  const testKey = await createApiKey(portal, service.slug, { mode: 'test' })
  const asTest = await signFor(service, 'as a test')
  expect((await post(portal, testKey.apiKey, asTest)).status).toBe(201)
  await expectRefused(db, 409, 'mode_conflict', () => post(portal, apiKey, asTest))
  await expectRefused(db, 402, 'cap_exceeded', async () =>
    post(portal, apiKey, await signFor(service, 'new')),
  )
})

test('a repeat changes nothing: not the visibility, not the content, not the mode', async () => {
  const service = await createService(portal)
  const text = 'first private'
  const receipt = await signFor(service, text)
  const id = await store(service, receipt, { content: { text } })
  await expectRepeat(service.key.apiKey, receipt, { visibility: 'public', content: { text } })
  await expectRepeat(service.key.apiKey, receipt, { visibility: 'findable' })
  const rows = await db.sql`select visibility, mode from receipts where jws = ${receipt}`
  expect([...rows]).toEqual([{ visibility: 'private', mode: 'live' }])
  expect((await portal.call('GET', `/v1/receipts/${id}/content`)).status).toBe(404)
})

test('erased content doesn’t come back by sending the receipt again', async () => {
  const service = await createService(portal)
  const more = { visibility: 'public', content: { text: 'to be forgotten' } }
  const receipt = await signFor(service, more.content.text)
  const id = await store(service, receipt, more)
  expect((await portal.call('GET', `/v1/receipts/${id}/content`)).status).toBe(200)
  const erased = await portal.admin('DELETE', `/v1/admin/receipts/${id}/content`)
  expect(erased.status).toBe(204)
  await expectRepeat(service.key.apiKey, receipt, more)
  expect((await portal.call('GET', `/v1/receipts/${id}/content`)).status).toBe(410)
})

test('409 id_collision: another receipt under the same id is never taken for a repeat', async () => {
  const service = await createService(portal)
  const receipt = await signFor(service, 'collides')
  await store(service, await signFor(service, 'a row to copy'))
  // What nobody can make: a receipt whose digest begins with the same 160 bits.
  await db.sql`
    with forged as (select substring(sha256(${receipt}::text::bytea) from 1 for 20) as id)
    insert into receipts (id, digest, issuer, kid, api_key, mode, visibility, jws, content_digest,
      received_at)
    select forged.id, forged.id || '\\x000000000000000000000000', issuer, kid, api_key, mode,
      visibility, jws, content_digest, received_at
    from receipts, forged where api_key = ${service.key.id}`
  await db.sql`update cap_usage set used = used + 1 where api_key = ${service.key.id}`
  await expectRefused(db, 409, 'id_collision', () => post(portal, service.key.apiKey, receipt))
})
