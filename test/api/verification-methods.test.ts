import { beforeAll, describe, expect, test } from 'vitest'
import { ask, readJson } from '../support/ask.ts'
import { given, portalTest } from '../support/portal-test.ts'
import { createService, postText } from '../support/world.ts'

let id: string

const { portal } = portalTest()
const service = given(() => createService(portal))
beforeAll(async () => {
  const text = 'Paris is the capital of France.'
  id = await postText(portal, service, text, { content: { text }, visibility: 'public' })
})

describe('methods', () => {
  const paths = () => [
    `/v1/receipts/${id}`,
    `/v1/receipts/${id}/receipt`,
    `/v1/receipts/${id}/bundle`,
    `/v1/receipts/${id}/content`,
    `/v1/issuers/${service.slug}`,
    '/.well-known/jwks.json',
    '/openapi.json',
    `/r/${id}.json`,
  ]

  test('HEAD answers as GET does, without the body', async () => {
    for (const path of paths()) {
      const get = await ask(portal, path)
      const head = await ask(portal, path, { method: 'HEAD' })
      expect(head.bytes).toHaveLength(0)
      const lasting = ({ status, headers }: typeof get) => ({
        ...headers,
        status,
        'x-request-id': null,
        date: null,
      })
      expect(lasting(head)).toEqual(lasting(get))
    }
  })

  test('a page elsewhere may read what is public and nothing else, never with credentials', async () => {
    for (const path of paths()) {
      const { headers } = await ask(portal, path, { headers: { origin: 'https://elsewhere.test' } })
      expect(headers['access-control-allow-origin']).toBe('*')
      expect(headers).not.toHaveProperty('access-control-allow-credentials')
    }
    for (const path of ['/v1/usage', '/v1/admin/issuers']) {
      const { headers } = await ask(portal, path, { headers: { origin: 'https://elsewhere.test' } })
      expect(headers).not.toHaveProperty('access-control-allow-origin')
    }
  })

  test('a preflight is answered where anybody may ask, and refused elsewhere', async () => {
    const preflight = (path: string) =>
      ask(portal, path, {
        method: 'OPTIONS',
        headers: {
          origin: 'https://elsewhere.test',
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'content-type',
        },
      })
    const verify = await preflight('/v1/verify')
    expect(verify.status).toBe(204)
    expect(verify.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': expect.stringContaining('POST') as string,
      'access-control-allow-headers': expect.stringMatching(/content-type/i) as string,
    })
    const keyed = await preflight('/v1/receipts')
    expect(keyed.status).toBe(405)
    expect(keyed.headers).not.toHaveProperty('access-control-allow-origin')
  })

  test('a wrong method is 405 and names the right ones', async () => {
    const allowed = async (method: string, path: string) => {
      const answer = await ask(portal, path, { method })
      expect(answer.status).toBe(405)
      expect(readJson(answer).code).toBe('method_not_allowed')
      return answer.headers.allow
    }
    expect(await allowed('DELETE', `/v1/receipts/${id}`)).toBe('GET, HEAD')
    expect(await allowed('PUT', '/v1/verify')).toBe('POST')
    expect(await allowed('GET', '/v1/verify')).toBe('POST')
    expect(await allowed('POST', `/r/${id}`)).toBe('GET, HEAD')
    expect(await allowed('POST', '/openapi.json')).toBe('GET, HEAD')
  })
})
