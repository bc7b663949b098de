import crypto, { createHmac } from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { crc32 } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import {
  authenticateApiKey,
  readApiKeyId,
  recogniseApiKey,
} from '#app/services/api-keys/api-key.ts'
import { given, portalTest } from '../support/portal-test.ts'
import { ADMIN_TOKEN, type Portal } from '../support/portal.ts'
import { signReceipt } from '../support/signing.ts'
import { createApiKey, createService, post } from '../support/world.ts'

const PEPPER = 'a-pepper-for-tests'
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

const { portal, db } = portalTest()
const service = given(() => createService(portal))

/** The checksum by its definition: CRC-32 of all before it, in base 62, six characters. */
function withChecksum(body: string): string {
  let rest = crc32(body)
  let text = ''
  for (; text.length < 6; rest = Math.floor(rest / 62)) text = BASE62[rest % 62]! + text
  return body + text
}

test('a key is cfl_<mode>_<8 of its id>_<32 random><6 of CRC-32>', async () => {
  for (const mode of ['live', 'test']) {
    const { id, apiKey } = await createApiKey(portal, service.slug, { mode })
    expect(apiKey).toMatch(/^cfl_(live|test)_[0-9A-Za-z]{8}_[0-9A-Za-z]{38}$/)
    expect(apiKey.split('_').slice(0, 3)).toEqual(['cfl', mode, id.replace('key_', '')])
    expect(withChecksum(apiKey.slice(0, -6))).toBe(apiKey)
    expect(readApiKeyId(apiKey)).toBe(id)
  }
})

test('every wrong letter, and every two neighbours that were swapped, are found by the checksum', () => {
  const { apiKey } = service.key
  let tried = 0
  for (let i = 0; i < apiKey.length; i++) {
    for (const letter of BASE62) {
      if (letter === apiKey[i]) continue
      tried++
      expect(readApiKeyId(apiKey.slice(0, i) + letter + apiKey.slice(i + 1))).toBeNull()
    }
    const [a, b] = [apiKey[i], apiKey[i + 1]]
    if (b === undefined || a === b) continue
    expect(readApiKeyId(apiKey.slice(0, i) + b + a! + apiKey.slice(i + 2))).toBeNull()
  }
  console.info(`${tried} keys with one wrong letter: none passed its checksum`)
})

test('the tables hold a keyed hash and nothing from which the key could be read', async () => {
  const { id, apiKey } = service.key
  const [row] = await db.sql<{ secret_hash: Uint8Array }[]>`
    select secret_hash from api_keys where id = ${id}`
  const expected = createHmac('sha256', PEPPER).update(apiKey).digest()
  expect(Buffer.from(row!.secret_hash)).toEqual(expected)
  const secret = apiKey.slice(-38, -6)
  const rows = await db.sql<{ text: string }[]>`
    select to_jsonb(t)::text as text from api_keys t
    union all select to_jsonb(t)::text from audit_entries t`
  expect(rows.length).toBeGreaterThan(2)
  for (const { text } of rows) {
    expect(text).not.toContain(secret)
    expect(text).not.toContain(Buffer.from(secret).toString('hex'))
  }
  // Nor is a hash in the audit: with a stolen pepper it would be something to try keys against.
  const entries = rows.filter(({ text }) => text.includes('"action"'))
  for (const { text } of entries) expect(text).not.toContain(expected.toString('hex'))
})

test('under another pepper the key is nobody’s', async () => {
  const other = { ...portal.ctx, config: { ...portal.ctx.config, apiKeyPepper: 'another one' } }
  expect(await authenticateApiKey(other, service.key.apiKey)).toBeNull()
  expect(await authenticateApiKey(portal.ctx, service.key.apiKey)).toMatchObject({
    id: service.key.id,
    issuer: service.slug,
    mode: 'live',
  })
})

test('a key says its mode truly: the same id and secret under the other mode is refused', async () => {
  const { apiKey } = service.key
  const renamed = withChecksum(apiKey.slice(0, -6).replace('cfl_live_', 'cfl_test_'))
  expect(readApiKeyId(renamed)).toBe(service.key.id)
  expect(await authenticateApiKey(portal.ctx, renamed)).toBeNull()
})

test('unknown, wrong, expired and revoked keys cost the same work as a right one', async () => {
  const expired = await createApiKey(portal, service.slug)
  await db.sql`update api_keys set expires_at = now() - interval '1 s' where id = ${expired.id}`
  const revoked = await createApiKey(portal, service.slug)
  await portal.admin('DELETE', `/v1/admin/api-keys/${revoked.id}`)
  const secret = '0'.repeat(32)
  const unknown = withChecksum(`cfl_live_zzzzzzzz_${secret}`)
  const wrong = withChecksum(`${service.key.apiKey.slice(0, -38)}${secret}`)

  const { timingSafeEqual, createHmac: makeHmac } = crypto
  let work = { hashes: 0, comparisons: [] as number[], lookUps: 0 }
  crypto.createHmac = (...args) => {
    work.hashes++
    return makeHmac(...args)
  }
  crypto.timingSafeEqual = (a, b) => {
    work.comparisons.push(a.byteLength)
    return timingSafeEqual(a, b)
  }
  syncBuiltinESMExports()
  try {
    const { groups } = portal.ctx.db
    const apiKeyGroup = {
      call: (id: string) => {
        work.lookUps++
        return groups.apiKey.call(id)
      },
    }
    const ctx = {
      ...portal.ctx,
      db: { ...portal.ctx.db, groups: { ...groups, apiKey: apiKeyGroup } },
    }
    const keys = [unknown, wrong, expired.apiKey, revoked.apiKey, service.key.apiKey]
    for (const [i, key] of keys.entries()) {
      work = { hashes: 0, comparisons: [], lookUps: 0 }
      const row = await authenticateApiKey(ctx, key)
      expect(row?.id ?? null).toBe(i === keys.length - 1 ? service.key.id : null)
      expect(work).toEqual({ hashes: 1, comparisons: [32, 32], lookUps: 1 })
    }
    work = { hashes: 0, comparisons: [], lookUps: 0 }
    expect(await authenticateApiKey(ctx, unknown.slice(0, -1))).toBeNull()
    expect(work).toEqual({ hashes: 0, comparisons: [], lookUps: 0 })
  } finally {
    Object.assign(crypto, { timingSafeEqual, createHmac: makeHmac })
    syncBuiltinESMExports()
  }
})

test('no key, token, pepper or content is in any log line, whatever goes right or wrong', async () => {
  const { apiKey } = service.key
  const text = 'words that are nobody’s business'
  const sign = (what: string) => signReceipt(service.signer, service.slug, what)
  const content = { visibility: 'public', content: { text } }
  const send = (call: Parameters<Portal['call']>[2]) => portal.call('POST', '/v1/receipts', call)
  const wrong = `${apiKey.slice(0, -1)}${apiKey.endsWith('a') ? 'b' : 'a'}`
  const rotated = await portal.admin<{ apiKey: string }>(
    'POST',
    `/v1/admin/api-keys/${service.key.id}/rotate`,
    { overlapHours: 1 },
  )
  const statuses: number[] = []
  const note = ({ status }: { status: number }) => statuses.push(status)
  note(rotated)
  note(await post(portal, apiKey, await sign('logged')))
  note(await post(portal, rotated.body.apiKey, await sign('logged too')))
  note(await post(portal, wrong, await sign('wrong key')))
  note(await post(portal, ADMIN_TOKEN, await sign('the other token')))
  note(
    await send({
      token: apiKey,
      raw: `{"apiKey": "${apiKey}`,
      headers: { 'content-type': 'application/json' },
    }),
  )
  note(await send({ token: apiKey, body: { receipt: 'x', [apiKey]: ADMIN_TOKEN } }))
  note(await portal.call('GET', `/v1/usage?api_key=${apiKey}`))
  note(await portal.call('GET', '/v1/admin/audit', { token: apiKey }))
  // Something breaks while a content is on its way into its table.
  await db.sql`alter table contents rename to contents_away`
  note(await post(portal, apiKey, await sign(text), content))
  await db.sql`alter table contents_away rename to contents`
  await db.sql`update api_keys set secret_hash = '\\x00' where id = ${service.key.id}`
  note(await portal.call('GET', '/v1/usage', { token: apiKey }))
  expect(statuses).toEqual([200, 201, 201, 401, 401, 400, 400, 401, 401, 500, 500])

  const lines = portal.logged()
  expect(lines.split('\n').length).toBeGreaterThan(statuses.length)
  for (const secret of [apiKey, rotated.body.apiKey, wrong]) {
    expect(lines).not.toContain(secret)
    expect(lines).not.toContain(secret.slice(-38, -6))
  }
  expect(lines).not.toContain(ADMIN_TOKEN)
  expect(lines).not.toContain(PEPPER)
  expect(lines).not.toContain(text)
  expect(lines).not.toContain(Buffer.from(text).toString('hex'))
  await db.expectBalanced()
})

// What another process does to a key is not told to this one, which has just seen the key in use.
describe('a key that was good a moment ago', () => {
  const ENDS = {
    revoked: 'revoked_at = now()',
    expired: 'expires_at = now()',
    'given another secret': "secret_hash = decode(repeat('00', 32), 'hex')",
    'rotated, and its overlap over':
      "previous_hash = secret_hash, previous_expires_at = now(), secret_hash = decode(repeat('00', 32), 'hex')",
  }
  test.each(Object.entries(ENDS))('%s, it stores nothing more', async (_how, change) => {
    const { id, apiKey } = await createApiKey(portal, service.slug)
    let written = 0
    const postNew = async () =>
      post(
        portal,
        apiKey,
        await signReceipt(service.signer, service.slug, `text ${id} ${written++}`),
      )
    expect((await postNew()).status).toBe(201)
    await db.sql.unsafe(`update api_keys set ${change} where id = '${id}'`)
    const late = await Promise.all(Array.from({ length: 20 }, () => postNew()))
    expect(new Set(late.map((answer) => answer.status))).toEqual(new Set([401]))
    const [row] = await db.sql<{ count: number }[]>`
      select count(*)::int as count from receipts where api_key = ${id}`
    expect(row!.count).toBe(1)
  })

  test('rotated, its old secret works until the overlap ends', async () => {
    const { id, apiKey } = await createApiKey(portal, service.slug)
    let written = 0
    const postNew = async () =>
      post(
        portal,
        apiKey,
        await signReceipt(service.signer, service.slug, `text ${id} ${written++}`),
      )
    expect((await postNew()).status).toBe(201)
    await db.sql`update api_keys set previous_hash = secret_hash,
      previous_expires_at = now() + interval '1 hour',
      secret_hash = decode(repeat('00', 32), 'hex') where id = ${id}`
    expect((await postNew()).status).toBe(201)
  })

  test('is not asked about again for each of its receipts', async () => {
    let lookUps = 0
    const { groups } = portal.ctx.db
    const apiKeyGroup = { call: (id: string) => (lookUps++, groups.apiKey.call(id)) }
    const ctx = {
      ...portal.ctx,
      db: { ...portal.ctx.db, groups: { ...groups, apiKey: apiKeyGroup } },
    }
    const { id, apiKey } = await createApiKey(portal, service.slug)
    for (let i = 0; i < 5; i++) expect((await recogniseApiKey(ctx, apiKey))?.id).toBe(id)
    expect(lookUps).toBe(1)
  })
})
