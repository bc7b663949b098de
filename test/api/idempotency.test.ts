import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { ADMIN_TOKEN, type Answer } from '../support/portal.ts'
import { linkedPortalTest } from '../support/portal-test.ts'
import { makeSigner, signProof } from '../support/signing.ts'
import { createIssuer, createService, freshSlug, type ApiKeyAnswer } from '../support/world.ts'

const { portal, link } = linkedPortalTest()

interface Problem {
  code: string
  detail: string
}

const send = <Body = ApiKeyAnswer>(
  path: string,
  body: object,
  key: string,
): Promise<Answer<Body>> =>
  portal.call<Body>('POST', path, {
    token: ADMIN_TOKEN,
    body,
    headers: { 'idempotency-key': key },
  })

const usage = async (token: string) => (await portal.call('GET', '/v1/usage', { token })).status

const changes = async (): Promise<number> => {
  const [row] = await portal.ctx.db.run<{ count: number }>(
    'select count(*)::int as count from audit_entries',
    [],
  )
  return row!.count
}

const NEW_KEY = { name: 'a service', mode: 'live', cap: null }

/** Each POST of the administration that makes or changes something, with a body for it. */
const ACTS: [name: string, prepare: () => Promise<[path: string, body: object, other: object]>][] =
  [
    [
      'creating an API key',
      async () => {
        const slug = await createIssuer(portal)
        return [`/v1/admin/issuers/${slug}/api-keys`, NEW_KEY, { ...NEW_KEY, cap: 5 }]
      },
    ],
    [
      'rotating an API key',
      async () => {
        const { key } = await createService(portal)
        return [`/v1/admin/api-keys/${key.id}/rotate`, { overlapHours: 24 }, { overlapHours: 0 }]
      },
    ],
    [
      'creating an issuer',
      () => {
        const slug = freshSlug()
        // A digit could be mistaken for a letter of another name.
        const name = `Archive ${slug.replace(/\d/g, (digit) => 'abcdefghjk'[Number(digit)]!)}`
        return Promise.resolve([
          '/v1/admin/issuers',
          { slug, name },
          { slug, name: `${name}, other` },
        ])
      },
    ],
    [
      'publishing a signing key',
      async () => {
        const slug = await createIssuer(portal)
        const signer = await makeSigner()
        const body = { jwk: signer.jwk, proof: await signProof(signer, slug) }
        return [`/v1/admin/issuers/${slug}/signing-keys`, body, { ...body, proof: 'a.b.c' }]
      },
    ],
  ]

describe.each(ACTS)('13.21: %s with an Idempotency-Key', (_name, prepare) => {
  test('is carried out once, and answered alike each time', async () => {
    const [path, body] = await prepare()
    const key = randomUUID()
    const before = await changes()
    const first = await send(path, body, key)
    expect([200, 201]).toContain(first.status)
    const second = await send(path, body, `"${key}"`)
    expect([second.status, second.body]).toEqual([first.status, first.body])
    expect(second.headers.get('location')).toBe(first.headers.get('location'))
    expect(await changes()).toBe(before + 1)
  })

  test('is carried out once by eight clients at one moment', async () => {
    const [path, body] = await prepare()
    const key = randomUUID()
    const before = await changes()
    const all = await Promise.all(Array.from({ length: 8 }, () => send(path, body, key)))
    expect(new Set(all.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    expect([200, 201]).toContain(all[0]!.status)
    expect(await changes()).toBe(before + 1)
  })

  test('refuses another body under the same key in words, and changes nothing', async () => {
    const [path, body, other] = await prepare()
    const key = randomUUID()
    await send(path, body, key)
    const before = await changes()
    const { status, body: problem } = await send<Problem>(path, other, key)
    expect([status, problem.code]).toEqual([422, 'idempotency_key_used'])
    expect(problem.detail).toContain('another path or body')
    expect(await changes()).toBe(before)
  })

  test('can be sent again after a 503', async () => {
    const [path, body] = await prepare()
    const key = randomUUID()
    const before = await changes()
    await link.cut()
    const away = await send(path, body, key)
    expect(away.status).toBe(503)
    expect(away.headers.get('retry-after')).not.toBe(null)
    await link.mend()
    const answers = [await send(path, body, key), await send(path, body, key)]
    expect([200, 201]).toContain(answers[0]!.status)
    expect(answers[1]!.body).toEqual(answers[0]!.body)
    expect(await changes()).toBe(before + 1)
  })
})

describe('13.21: an Idempotency-Key', () => {
  test('gives the secret again for an hour, then refuses without another rotation', async () => {
    const { key } = await createService(portal)
    const path = `/v1/admin/api-keys/${key.id}/rotate`
    const body = { overlapHours: 24 }
    const first = await send(path, body, 'of-this-hour')
    portal.advance(59 * 60_000)
    const again = await send(path, body, 'of-this-hour')
    expect(again.body.apiKey).toBe(first.body.apiKey)
    portal.advance(60_000)
    const late = await send<Problem>(path, body, 'of-this-hour')
    expect([late.status, late.body.code]).toEqual([422, 'idempotency_key_used'])
    expect(late.body.detail).toContain('no longer kept')
    portal.advance(-3_600_000)
    // The secret in production was not ended by a repetition.
    expect([await usage(key.apiKey), await usage(first.body.apiKey)]).toEqual([200, 200])
  })

  test('of a refused request is free again: nothing was changed by it', async () => {
    const slug = await createIssuer(portal)
    const path = `/v1/admin/issuers/${slug}/api-keys`
    const past = await send<Problem>(
      path,
      { ...NEW_KEY, expiresAt: '2020-01-01T00:00:00Z' },
      'free',
    )
    expect(past.status).toBe(400)
    expect((await send(path, NEW_KEY, 'free')).status).toBe(201)
  })

  test('belongs to its path, and has at most 255 visible characters', async () => {
    const [one, other] = [await createService(portal), await createService(portal)]
    const pathOf = ({ key }: typeof one) => `/v1/admin/api-keys/${key.id}/rotate`
    expect((await send(pathOf(one), { overlapHours: 0 }, 'a-path')).status).toBe(200)
    expect((await send(pathOf(other), { overlapHours: 0 }, 'a-path')).status).toBe(422)
    expect(await usage(other.key.apiKey)).toBe(200)
    for (const key of ['', ' ', 'two words', 'é', 'x'.repeat(256)]) {
      const { status, body } = await send<Problem>(pathOf(other), { overlapHours: 0 }, key)
      expect([key, status, body.code]).toEqual([key, 400, 'invalid_request'])
    }
    expect(await usage(other.key.apiKey)).toBe(200)
  })

  test('leaves the secret in the database sealed only', async () => {
    const slug = await createIssuer(portal)
    const made = await send(`/v1/admin/issuers/${slug}/api-keys`, NEW_KEY, 'sealed')
    const rows = await portal.ctx.db.run<{ all: string }>(
      "select string_agg(s::text || encode(s.sealed, 'escape'), ' ') as all from sendings s",
      [],
    )
    expect(rows[0]!.all).not.toContain(made.body.apiKey)
    expect(rows[0]!.all).not.toContain('apiKey')
  })
})
