import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { saveRefusals } from '#app/services/ingest/count-refusals.ts'
import { signMany } from '../support/crowd.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { startPortal, type Portal } from '../support/portal.ts'
import { createApiKey, createIssuer, createService, post, type Service } from '../support/world.ts'

let database: FreshDatabase
let portal: Portal
let service: Service
beforeAll(async () => {
  database = await freshDatabase()
  portal = await startPortal(database.connection)
  service = await createService(portal)
})
afterAll(async () => {
  await portal.stop()
  await database.drop()
})

const keyWith = (...scopes: string[]) => createApiKey(portal, service.slug, { scopes })
const countReceipts = async () =>
  (await portal.ctx.db.run<{ n: number }>('select count(*)::int as n from receipts', []))[0]!.n

describe('the scopes of an API key', () => {
  test('without a word about them it may post and nothing else', async () => {
    expect(await createApiKey(portal, service.slug)).toMatchObject({ scopes: ['post'] })
  })

  test('are shown wherever the API key is, in one order, and kept by a rotation', async () => {
    const made = await keyWith('relay', 'post', 'relay')
    expect(made).toMatchObject({ scopes: ['post', 'relay'] })
    const rotated = await portal.admin('POST', `/v1/admin/api-keys/${made.id}/rotate`, {
      overlapHours: 0,
    })
    expect(rotated.body).toMatchObject({ scopes: ['post', 'relay'] })
    const listed = await portal.admin<{ items: { id: string }[] }>(
      'GET',
      `/v1/admin/api-keys?issuer=${service.slug}&limit=200`,
    )
    expect(listed.body.items.find(({ id }) => id === made.id)).toMatchObject({
      scopes: ['post', 'relay'],
    })
    const audit = await portal.admin('GET', '/v1/admin/audit?limit=2')
    expect(audit.body.items).toMatchObject([
      { action: 'api_key.rotate', after: { scopes: ['post', 'relay'] } },
      { action: 'api_key.create', after: { scopes: ['post', 'relay'] } },
    ])
  })

  test.each([
    ['none', []],
    ['one that there is not', ['admin']],
    ['a name from every object', ['constructor']],
    ['a text', 'post'],
    ['four', ['post', 'post', 'post', 'post']],
  ])('invalid_request: %s can’t be asked for', async (_what, scopes) => {
    const body = { name: 'k', mode: 'live', cap: null, scopes }
    const answer = await portal.admin('POST', `/v1/admin/issuers/${service.slug}/api-keys`, body)
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request'])
  })

  test('invalid_request: they can’t be changed', async () => {
    const { id } = await keyWith('relay')
    const answer = await portal.admin('PATCH', `/v1/admin/api-keys/${id}`, { scopes: ['post'] })
    expect(answer.body).toMatchObject({
      code: 'invalid_request',
      errors: [{ pointer: '/scopes' }],
    })
  })

  test('the table itself refuses none, unknown ones and nothing at all', async () => {
    const { id } = await keyWith('post')
    for (const scopes of ['{}', '{admin}', '{post,NULL}', null])
      await expect(
        portal.ctx.db.run('update api_keys set scopes = $1::text[] where id = $2::text', [
          scopes,
          id,
        ]),
      ).rejects.toThrow(/api_keys_scopes|null value/)
  })
})

describe('a call without the scope', () => {
  test('scope_missing: an API key for the relay alone stores no receipt, alone or in a batch', async () => {
    const { apiKey } = await keyWith('relay')
    const before = await countReceipts()
    const [receipt] = await signMany(service, 1)
    const one = await post(portal, apiKey, receipt!)
    const many = await portal.call('POST', '/v1/receipts/batch', {
      token: apiKey,
      body: { receipts: [{ receipt }] },
    })
    for (const answer of [one, many]) {
      expect([answer.status, answer.body.code]).toEqual([403, 'scope_missing'])
      expect((answer.body as { detail?: string }).detail).toBe(
        'This call needs the scope post or gateway; this API key has relay.',
      )
    }
    expect(await countReceipts()).toBe(before)
  })

  test('the same key may reserve, release and read its usage', async () => {
    const { apiKey: token } = await keyWith('relay')
    const reserved = await portal.call<{ reservation: string }>('POST', '/v1/reservations', {
      token,
    })
    expect(reserved.status).toBe(201)
    const { reservation } = reserved.body
    const usage = await portal.call('GET', '/v1/usage', { token })
    expect([usage.status, usage.body.reserved]).toEqual([200, 1])
    expect((await portal.call('DELETE', `/v1/reservations/${reservation}`, { token })).status).toBe(
      204,
    )
  })

  test.each([['post'], ['gateway'], ['post', 'gateway', 'relay']])(
    'an API key with %s posts, every time anew and from what was just read of it',
    async (...scopes) => {
      const { apiKey } = await keyWith(...scopes)
      for (const receipt of await signMany(service, 3))
        expect((await post(portal, apiKey, receipt)).status).toBe(201)
    },
  )

  test('401 goes before it, and it before a body that can’t be read', async () => {
    const { id, apiKey } = await keyWith('relay')
    const send = () =>
      portal.call('POST', '/v1/receipts', {
        token: apiKey,
        raw: '{',
        headers: { 'content-type': 'text/plain' },
      })
    expect((await send()).body.code).toBe('scope_missing')
    await portal.admin('DELETE', `/v1/admin/api-keys/${id}`)
    expect((await send()).body.code).toBe('invalid_api_key')
  })

  test('it is counted as a refusal of that API key', async () => {
    const { id, apiKey } = await keyWith('relay')
    await post(portal, apiKey, 'anything')
    await saveRefusals(portal.ctx)
    const rows = await portal.ctx.db.run(
      'select code, count::int from refusals where api_key = $1::text',
      [id],
    )
    expect(rows).toEqual([{ code: 'scope_missing', count: 1 }])
  })
})

test('the migration lets every API key that is there post, and nothing else', async () => {
  const slug = await createIssuer(portal)
  const { id } = await createApiKey(portal, slug, { scopes: ['relay'] })
  const folder = join(import.meta.dirname, '..', '..', 'db', 'migrations')
  const file = readdirSync(folder).find((name) => name.endsWith('_scopes.sql'))!
  const { run } = portal.ctx.db
  // As it was before: the column takes its check along.
  await run('alter table api_keys drop column scopes', [])
  for (const statement of readFileSync(join(folder, file), 'utf8').split(
    '--> statement-breakpoint',
  ))
    await run(statement, [])
  expect(await run('select scopes from api_keys where id = $1::text', [id])).toEqual([
    { scopes: ['post'] },
  ])
})
