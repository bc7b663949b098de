import { expect, test } from 'vitest'
import { buildOpenApi } from '#app/api/openapi.ts'
import { portalTest } from '../support/portal-test.ts'
import { PUBLIC_URL } from '../support/portal.ts'

const { portal } = portalTest()

test('the document is served to any page, names this portal, and is kept by who has it', async () => {
  const answer = await portal.call('GET', '/openapi.json')
  expect(answer.body).toEqual(JSON.parse(JSON.stringify(buildOpenApi(PUBLIC_URL))))
  expect(answer.body).toMatchObject({ openapi: '3.1.0', servers: [{ url: PUBLIC_URL }] })
  expect(answer.headers.get('access-control-allow-origin')).toBe('*')
  const etag = answer.headers.get('etag')!
  const again = await fetch(`${portal.origin}/openapi.json`, { headers: { 'if-none-match': etag } })
  expect(again.status).toBe(304)
})

test('admin routes are not open to other sites’ pages', async () => {
  const answer = await portal.admin('GET', '/v1/admin/issuers')
  expect(answer.status).toBe(200)
  expect(answer.headers.get('access-control-allow-origin')).toBeNull()
  const preflight = await portal.call('OPTIONS', '/v1/admin/issuers')
  expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([
    405,
    null,
  ])
})

test('method_not_allowed: an admin path names the methods it knows', async () => {
  const answer = await portal.admin('DELETE', '/v1/admin/issuers/acme')
  expect([answer.status, answer.body.code]).toEqual([405, 'method_not_allowed'])
  expect(answer.headers.get('allow')).toBe('GET, HEAD, PATCH')
})
