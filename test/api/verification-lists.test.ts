import { createHash } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { ask, readJson } from '../support/ask.ts'
import { given, portalTest } from '../support/portal-test.ts'
import { PUBLIC_URL } from '../support/portal.ts'
import { createService, postText, publishKey } from '../support/world.ts'

const { portal, db } = portalTest()
const service = given(() => createService(portal))
const retired = given(() => publishKey(portal, service.slug))
const revoked = given(() => publishKey(portal, service.slug))
beforeAll(async () => {
  const keys = `/v1/admin/issuers/${service.slug}/signing-keys`
  await portal.admin('POST', `${keys}/${retired.kid}/retire`, { reason: 'its year is over' })
  await portal.admin('POST', `${keys}/${revoked.kid}/revoke`, { reason: 'lost' })
})

interface Keys {
  keys: { kid: string; state?: string; reason?: string | null; revokedAt?: string | null }[]
}

describe('published keys', () => {
  test.each(['/.well-known/jwks.json', 'issuer'])(
    'are active and retired ones, without alg: %s',
    async (where) => {
      const path = where === 'issuer' ? `/v1/issuers/${service.slug}/jwks.json` : where
      const { body, headers } = await portal.call<Keys>('GET', path)
      expect(headers.get('access-control-allow-origin')).toBe('*')
      expect(body.keys.map((key) => key.kid).sort()).toEqual(
        [service.signer.kid, retired.kid].sort(),
      )
      const own = body.keys.find((key) => key.kid === retired.kid)
      expect(own).toEqual({ ...retired.jwk, kid: retired.kid, use: 'sig' })
    },
  )

  test('are all in their issuer, revoked ones too, with state, times and reason', async () => {
    const { body } = await portal.call<Keys>('GET', `/v1/issuers/${service.slug}`)
    const states = Object.fromEntries(body.keys.map((key) => [key.kid, key.state]))
    expect(states).toEqual({
      [service.signer.kid]: 'active',
      [retired.kid]: 'retired',
      [revoked.kid]: 'revoked',
    })
    expect(body.keys.find((key) => key.kid === revoked.kid)).toMatchObject({
      reason: 'lost',
      revokedAt: expect.stringMatching(/Z$/) as string,
    })
  })
})

describe('GET /v1/lookup/<prefix>', () => {
  const digestOf = (text: string) => createHash('sha256').update(text).digest('hex')

  test('finds findable receipts by the beginning of their digest, and no others', async () => {
    const findable = await postText(portal, service, 'find me', { visibility: 'findable' })
    await postText(portal, service, 'not me')
    const shown = { content: { text: 'nor me' }, visibility: 'public' }
    await postText(portal, service, 'nor me', shown)
    const digestHex = digestOf('find me')
    for (const length of [5, 8, 16]) {
      const { body } = await portal.call('GET', `/v1/lookup/${digestHex.slice(0, length)}`)
      expect(body.matches).toContainEqual({ digestHex, receiptId: findable })
    }
    for (const text of ['not me', 'nor me']) {
      const { body } = await portal.call('GET', `/v1/lookup/${digestOf(text).slice(0, 16)}`)
      expect(body.matches).toEqual([])
    }
  })

  test('says so when it leaves some out, however many have the same text', async () => {
    const text = 'the same answer for everybody'
    await postText(portal, service, text, { visibility: 'findable' })
    const prefix = digestOf(text).slice(0, 16)
    const look = async () => (await portal.call('GET', `/v1/lookup/${prefix}`)).body
    expect(await look()).toMatchObject({ matches: { length: 1 }, truncated: false })
    const copyTimes = (count: number) => db.sql`
      insert into receipts (id, digest, issuer, kid, api_key, mode, visibility, jws,
                            content_digest, received_at)
        select substring(x.d for 20), x.d, issuer, kid, api_key, mode, visibility, jws,
               content_digest, received_at
          from (select * from receipts where content_digest = decode(${digestOf(text)}, 'hex')
                  limit 1) r,
               (select sha256(gen_random_uuid()::text::bytea) as d
                  from generate_series(1, ${count}::int)) x`
    await copyTimes(999)
    expect(await look()).toMatchObject({ matches: { length: 1_000 }, truncated: false })
    await copyTimes(1)
    expect(await look()).toMatchObject({ matches: { length: 1_000 }, truncated: true })
  })

  test.each(['abcd', 'ABCDE', 'abcdg', '0'.repeat(17), '%25%25%25%25%25', '12345_', 'a b c'])(
    'refuses %s: not 5 to 16 lower-case hexadecimal characters',
    async (prefix) => {
      const { status, body } = await portal.call('GET', `/v1/lookup/${encodeURI(prefix)}`)
      expect({ status, code: body.code }).toEqual({ status: 400, code: 'invalid_request' })
    },
  )
})

describe('the portal itself', () => {
  test('describes every route in OpenAPI, at its public address', async () => {
    const { body } = await portal.call<{
      openapi: string
      servers: { url: string }[]
      paths: object
    }>('GET', '/openapi.json')
    expect(body.openapi).toMatch(/^3\.1\./)
    expect(body.servers[0]?.url).toBe(PUBLIC_URL)
    expect(Object.keys(body.paths)).toEqual(
      expect.arrayContaining(['/v1/receipts/{id}', '/v1/verify', '/.well-known/jwks.json']),
    )
  })

  test('says that it lives and that it is ready', async () => {
    for (const [path, says] of [
      ['/healthz', 'ok\n'],
      ['/readyz', '{"status":"ready","log":"off"}'],
    ] as const) {
      const { status, headers, text } = await ask(portal, path)
      expect({ status, text }).toEqual({ status: 200, text: says })
      expect(headers['cache-control']).toBe('no-store')
    }
  })

  test('answers what it does not have with a problem, each with its own request id', async () => {
    const paths = [
      '/v1/nothing',
      '/v1/',
      '/.well-known/security',
      '/log/checkpoint',
      '/v1/receipts/',
    ]
    const ids = new Set<unknown>()
    for (const path of paths) {
      const answer = await ask(portal, path)
      expect(answer.status).toBe(404)
      const problem = readJson(answer)
      expect(problem).toMatchObject({ code: 'not_found', type: `${PUBLIC_URL}/problems/not_found` })
      expect(answer.headers['x-request-id']).toBe(problem.requestId)
      ids.add(problem.requestId)
    }
    expect(ids.size).toBe(paths.length)
  })
})
