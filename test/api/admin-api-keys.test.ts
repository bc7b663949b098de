import { Buffer } from 'node:buffer'
import { describe, expect, test } from 'vitest'
import { portalTest } from '../support/portal-test.ts'
import { signReceipt } from '../support/signing.ts'
import {
  createApiKey,
  createIssuer,
  createService,
  post,
  type ApiKeyAnswer,
  type Service,
} from '../support/world.ts'

const { portal } = portalTest()

const keys = '/v1/admin/api-keys'
const DAY_MS = 86_400_000

const postNew = async (service: Service, text: string, apiKey = service.key.apiKey) =>
  post(portal, apiKey, await signReceipt(service.signer, service.slug, text))
const statusOfUsage = async (apiKey: string) =>
  (await portal.call('GET', '/v1/usage', { token: apiKey })).status

describe('creation', () => {
  test('a new API key works, and its secret is in that one answer only', async () => {
    const slug = await createIssuer(portal)
    const made = await portal.admin<ApiKeyAnswer>('POST', `/v1/admin/issuers/${slug}/api-keys`, {
      name: 'chat',
      mode: 'test',
      cap: 3,
      ratePerSecond: 50,
    })
    expect(made.status).toBe(201)
    expect(made.headers.get('cache-control')).toBe('no-store')
    const { id, apiKey } = made.body
    expect(made.body).toMatchObject({ issuer: slug, name: 'chat', mode: 'test', cap: 3 })
    expect(apiKey).toMatch(new RegExp(`^cfl_test_${id.slice(4)}_[0-9A-Za-z]{38}$`))
    expect(await statusOfUsage(apiKey)).toBe(200)
    const secret = apiKey.slice(-38)
    const listed = await portal.admin('GET', `${keys}?issuer=${slug}`)
    expect(listed.body).toMatchObject({ items: [{ id, cap: 3 }], next: null })
    const audited = await portal.admin('GET', '/v1/admin/audit?limit=200')
    const hash = Buffer.from((await hashes(id)).secret).toString('hex')
    for (const text of [listed.text, audited.text, portal.logged()]) {
      expect(text).not.toContain(secret)
      expect(text).not.toContain(hash)
    }
  })

  test.each([
    ['no cap at all', { name: 'k', mode: 'live' }, '/cap'],
    ['a cap below none', { name: 'k', mode: 'live', cap: -1 }, '/cap'],
    ['half a receipt', { name: 'k', mode: 'live', cap: 1.5 }, '/cap'],
    ['a cap beyond counting', { name: 'k', mode: 'live', cap: 2 ** 53 }, '/cap'],
    ['a third mode', { name: 'k', mode: 'dev', cap: 1 }, '/mode'],
    ['a rate of none', { name: 'k', mode: 'live', cap: 1, ratePerSecond: 0 }, '/ratePerSecond'],
    [
      'a past end',
      { name: 'k', mode: 'live', cap: 1, expiresAt: '2020-01-01T00:00:00Z' },
      '/expiresAt',
    ],
    ['no name', { name: '', mode: 'live', cap: 1 }, '/name'],
    ['an own secret', { name: 'k', mode: 'live', cap: 1, secretHash: 'x' }, '/secretHash'],
  ])('invalid_request: %s is refused by name', async (_what, body, pointer) => {
    const slug = await createIssuer(portal)
    const answer = await portal.admin('POST', `/v1/admin/issuers/${slug}/api-keys`, body)
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request'])
    expect(answer.body.errors).toMatchObject([{ pointer }])
  })

  test('not_found: there are no API keys for nobody, and none under a made-up id', async () => {
    const body = { name: 'k', mode: 'live', cap: null }
    expect((await portal.admin('POST', '/v1/admin/issuers/nobody/api-keys', body)).status).toBe(404)
    for (const id of ['key_00000000', 'key_0', '%00']) {
      expect((await portal.admin('PATCH', `${keys}/${id}`, { cap: 1 })).status).toBe(404)
      expect((await portal.admin('DELETE', `${keys}/${id}`)).status).toBe(404)
      const rotated = await portal.admin('POST', `${keys}/${id}/rotate`, { overlapHours: 1 })
      expect(rotated.status).toBe(404)
    }
  })

  test('an API key that has ended is not let in', async () => {
    const slug = await createIssuer(portal)
    const expiresAt = new Date(Date.now() + 400).toISOString()
    const key = await createApiKey(portal, slug, { expiresAt })
    expect(await statusOfUsage(key.apiKey)).toBe(200)
    await new Promise((resume) => setTimeout(resume, 600))
    expect(await statusOfUsage(key.apiKey)).toBe(401)
  })
})

describe('changes', () => {
  test('a changed cap acts on the next post, up and down, and the counter stays', async () => {
    const service = await createService(portal, { cap: 1 })
    const change = (cap: number | null) =>
      portal.admin('PATCH', `${keys}/${service.key.id}`, { cap })
    expect((await postNew(service, 'one')).status).toBe(201)
    expect((await postNew(service, 'two')).body.code).toBe('cap_exceeded')
    expect((await change(2)).body).toMatchObject({ cap: 2 })
    const two = await postNew(service, 'two')
    expect([two.status, two.body.usage]).toMatchObject([201, { used: 2, cap: 2 }])
    expect((await postNew(service, 'three')).body.code).toBe('cap_exceeded')
    await change(0)
    expect((await postNew(service, 'three')).body.code).toBe('cap_exceeded')
    await change(null)
    const three = await postNew(service, 'three')
    expect([three.status, three.body.usage]).toMatchObject([201, { used: 3, cap: null }])
  })

  test('a changed rate acts on the next request, and null takes it away', async () => {
    const { key } = await createService(portal)
    await portal.admin('PATCH', `${keys}/${key.id}`, { ratePerSecond: 1 })
    const burst = await Promise.all(Array.from({ length: 5 }, () => statusOfUsage(key.apiKey)))
    expect(burst.filter((status) => status === 429).length).toBeGreaterThanOrEqual(3)
    await portal.admin('PATCH', `${keys}/${key.id}`, { ratePerSecond: null })
    const free = await Promise.all(Array.from({ length: 5 }, () => statusOfUsage(key.apiKey)))
    expect(free).toEqual([200, 200, 200, 200, 200])
  })

  test('invalid_request: mode, issuer and secret of an API key can’t be changed', async () => {
    const { key } = await createService(portal)
    for (const name of ['mode', 'issuer', 'secretHash', 'expiresAt']) {
      const answer = await portal.admin('PATCH', `${keys}/${key.id}`, { [name]: 'live' })
      expect(answer.body, name).toMatchObject({
        code: 'invalid_request',
        errors: [{ pointer: `/${name}` }],
      })
    }
  })
})

describe('rotation', () => {
  const rotate = (id: string, overlapHours: number) =>
    portal.admin<ApiKeyAnswer>('POST', `${keys}/${id}/rotate`, { overlapHours })

  test('both secrets work until the overlap ends; id, cap and counter are one', async () => {
    const service = await createService(portal, { cap: 2 })
    await postNew(service, 'one')
    const rotated = await rotate(service.key.id, 24)
    expect([rotated.status, rotated.body.id]).toEqual([200, service.key.id])
    expect(rotated.headers.get('cache-control')).toBe('no-store')
    expect(rotated.body.apiKey).not.toBe(service.key.apiKey)
    expect(await statusOfUsage(service.key.apiKey)).toBe(200)
    const two = await postNew(service, 'two', rotated.body.apiKey)
    expect([two.status, two.body.usage]).toMatchObject([201, { used: 2, cap: 2 }])
    expect((await postNew(service, 'three')).body.code).toBe('cap_exceeded')
    // The overlap is the database's to end: its time is moved to just before now.
    await portal.ctx.db.run(
      `update api_keys set previous_expires_at = now() - interval '1 ms' where id = $1::text`,
      [service.key.id],
    )
    expect(await statusOfUsage(service.key.apiKey)).toBe(401)
    expect(await statusOfUsage(rotated.body.apiKey)).toBe(200)
  })

  test('without an overlap the old secret ends at once', async () => {
    const { key } = await createService(portal)
    const rotated = await rotate(key.id, 0)
    expect(rotated.body).toMatchObject({ previousExpiresAt: null })
    expect(await statusOfUsage(key.apiKey)).toBe(401)
    expect(await statusOfUsage(rotated.body.apiKey)).toBe(200)
  })

  test('a second rotation ends the oldest secret: never more than two work', async () => {
    const { key } = await createService(portal)
    const second = (await rotate(key.id, 24)).body.apiKey
    const third = (await rotate(key.id, 24)).body.apiKey
    expect(await Promise.all([key.apiKey, second, third].map(statusOfUsage))).toEqual([
      401, 200, 200,
    ])
  })

  test('the overlap is as long as was asked, by the database’s clock', async () => {
    const { key } = await createService(portal)
    const before = Date.now()
    const { body } = await rotate(key.id, 24)
    const { previousExpiresAt } = body as unknown as { previousExpiresAt: string }
    const overlap = Date.parse(previousExpiresAt) - before
    expect(overlap).toBeGreaterThan(DAY_MS - 60_000)
    expect(overlap).toBeLessThan(DAY_MS + 60_000)
  })

  test('invalid_request: an overlap below none, above thirty days, or none named', async () => {
    const { key } = await createService(portal)
    for (const body of [{ overlapHours: -1 }, { overlapHours: 721 }, {}]) {
      const answer = await portal.admin('POST', `${keys}/${key.id}/rotate`, body)
      expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request'])
    }
  })
})

describe('revocation', () => {
  test('a revoked API key is refused on the next request, with both its secrets', async () => {
    const service = await createService(portal)
    const rotated = await portal.admin<ApiKeyAnswer>('POST', `${keys}/${service.key.id}/rotate`, {
      overlapHours: 24,
    })
    const deleted = await portal.admin('DELETE', `${keys}/${service.key.id}`)
    expect([deleted.status, deleted.text]).toEqual([204, ''])
    for (const apiKey of [service.key.apiKey, rotated.body.apiKey]) {
      const answer = await postNew(service, 'late', apiKey)
      expect([answer.status, answer.body.code]).toEqual([401, 'invalid_api_key'])
    }
    expect((await portal.admin('DELETE', `${keys}/${service.key.id}`)).status).toBe(204)
  })

  test('already_revoked: a revoked API key is neither changed nor given a new secret', async () => {
    const { key } = await createService(portal)
    await portal.admin('DELETE', `${keys}/${key.id}`)
    const changed = await portal.admin('PATCH', `${keys}/${key.id}`, { cap: 1 })
    expect([changed.status, changed.body.code]).toEqual([409, 'already_revoked'])
    const rotated = await portal.admin('POST', `${keys}/${key.id}/rotate`, { overlapHours: 0 })
    expect([rotated.status, rotated.body.code]).toEqual([409, 'already_revoked'])
  })
})

describe('usage', () => {
  interface Page {
    items: { apiKey: string; period: string; used: number; reserved: number; cap: number | null }[]
    next: string | null
  }
  const usage = (query: string) => portal.admin<Page>('GET', `/v1/admin/usage?${query}`)

  test('every API key’s months, with what is reserved now, page by page', async () => {
    const service = await createService(portal, { cap: 10 })
    await postNew(service, 'one')
    const body = { count: 4, ttlSeconds: 600 }
    await portal.call('POST', '/v1/reservations', { token: service.key.apiKey, body })
    // One that has expired, and that nobody has given back yet.
    await portal.ctx.db.run(
      `insert into reservations (id, api_key, period, places, expires_at)
        values ('rsv_expired', $1::text, cap_period(now()), 3, now() - interval '1 second')`,
      [service.key.id],
    )
    const all = (await usage('limit=200')).body.items
    expect(all.filter((row) => row.apiKey === service.key.id)).toMatchObject([
      { used: 1, reserved: 4, cap: 10, period: expect.stringMatching(/^\d{4}-\d\d-01$/) as string },
    ])
    const found: Page['items'] = []
    let next: string | null = ''
    while (next !== null) {
      const { body }: { body: Page } = await usage(`limit=1${next === '' ? '' : `&after=${next}`}`)
      found.push(...body.items)
      next = body.next
    }
    expect(found).toEqual(all)
  })

  test('from and to name months by any of their days; expired reservations are not held', async () => {
    const { key } = await createService(portal)
    await portal.ctx.db.run(
      `insert into cap_usage (api_key, period, used, reserved)
        values ($1::text, '2024-02-01', 7, 3), ($1::text, '2024-03-01', 8, 0)`,
      [key.id],
    )
    const february = (await usage('from=2024-02-29&to=2024-02-29')).body.items
    expect(february).toMatchObject([{ apiKey: key.id, used: 7, reserved: 0 }])
    expect((await usage('from=2024-02-01&to=2024-03-15')).body.items).toHaveLength(2)
    expect((await usage('to=2024-01-31')).body.items).toEqual([])
    for (const query of ['from=2024', 'to=2024-02-30', 'after=x']) {
      expect((await usage(query)).status, query).toBe(400)
    }
  })
})

async function hashes(id: string): Promise<{ secret: Uint8Array }> {
  const [row] = await portal.ctx.db.run<{ secret: Uint8Array }>(
    'select secret_hash as secret from api_keys where id = $1::text',
    [id],
  )
  return row!
}
