import { describe, expect, test } from 'vitest'
import type { Ctx } from '../context.ts'
import type { Handler, HttpRequest } from './handler.ts'
import type { Reply } from './reply.ts'
import { createRouter } from './router.ts'
import { row, type Row } from './row.ts'

const named =
  (name: string): Handler =>
  (_request, _ctx, params): Reply => ({
    status: 200,
    headers: {},
    body: `${name} ${JSON.stringify(params)}`,
  })
const make = (method: Row['method'], path: string, more: Partial<Row> = {}): Row =>
  row({ method, path, access: 'public', handler: named(`${method} ${path}`), ...more })
const page = { trouble: 'page' } as const

const ROWS = [
  make('POST', '/v1/things', { access: 'key', isUnlisted: true }),
  make('GET', '/v1/things/:id'),
  make('DELETE', '/v1/things/:id/part', { access: 'admin' }),
  make('*', '/v1/*'),
  make('GET', '/r/:id.json'),
  make('GET', '/r/:id', { when: ({ accept }) => accept === 'json' }),
  make('GET', '/r/:receiptId', page),
  make('GET', '/', page),
  make('GET', '/admin', { ...page, access: 'session' }),
  make('GET', '/*', page),
]
const find = createRouter(ROWS, { 'x-always': '1' })

async function ask(method: string, path: string, headers = {}) {
  const found = find(method, path, headers)
  const request = { method, path, search: 'q=1', headers, publicUrl: '', requestId: '' }
  const reply = await found.handler(request as unknown as HttpRequest, {} as Ctx, found.params)
  return { ...reply, all: { ...found.headers, ...reply.headers } as Record<string, string> }
}

test.each([
  ['POST', '/v1/things', 'POST /v1/things {}'],
  ['GET', '/v1/things/a%20b', 'GET /v1/things/:id {"id":"a b"}'],
  ['HEAD', '/v1/things/x', 'GET /v1/things/:id {"id":"x"}'],
  ['GET', '/r/x.json', 'GET /r/:id.json {"id":"x"}'],
  ['GET', '/r/.json', 'GET /r/:receiptId {"receiptId":".json"}'],
  ['GET', '/', 'GET / {}'],
  ['PATCH', '/v1/nothing/here', '* /v1/* {}'],
  ['PUT', '/v1', '* /v1/* {}'],
  ['GET', '/v1/things/x/part/more', '* /v1/* {}'],
  ['GET', '/nothing/here', 'GET /* {}'],
  ['GET', '/%', 'GET /* {}'],
  ['GET', '/r/%00', 'GET /r/:receiptId {"receiptId":"%00"}'],
  ['GET', '/v1/things/%0d%0a', 'GET /v1/things/:id {"id":"%0d%0a"}'],
])('%s %s is %s', async (method, path, body) => {
  expect((await ask(method, path)).body).toBe(body)
})

test('rows of one path are chosen by the request’s headers, and the answer says that it varies', async () => {
  expect((await ask('GET', '/r/x', { accept: 'json' })).body).toMatch(/^GET \/r\/:id \{/)
  expect((await ask('GET', '/r/x')).all.vary).toBe('Accept')
  expect((await ask('GET', '/v1/things/x')).all).not.toHaveProperty('vary')
})

describe('another spelling of a path', () => {
  test.each([
    ['/R/x', '/r/x'],
    ['/%72/x', '/r/x'],
    ['/r/x/', '/r/x'],
    ['//r//x', '/r/x'],
    ['/r/./x', '/r/x'],
    ['/v1/../r/x', '/r/x'],
    ['/ADMIN', '/admin'],
    ['//', '/'],
    ['/r/%78', '/r/x'],
  ])('of a page leads a reader from %s to %s', async (path, spelling) => {
    for (const method of ['GET', 'HEAD']) {
      const { status, headers } = await ask(method, path)
      expect([status, headers.location]).toEqual([308, `${spelling}?q=1`])
    }
    expect((await ask('POST', path)).status).toBe(404)
  })

  test.each([
    '/V1/things/x',
    '/v1//things/x',
    '/v1/things/%78',
    '/v1/things/x/',
    '/%76%31/things/x',
  ])('of an address for programs is a 404: %s', async (path) => {
    expect((await ask('GET', path)).status).toBe(404)
  })

  test('never leads to another host', async () => {
    for (const path of ['//evil.example', '//evil.example/r/x', '/%2F/evil.example', '/\\evil'])
      expect((await ask('GET', path)).headers).not.toHaveProperty('location')
  })
})

test('a wrong method is 405 with the right ones, and a public row’s 405 and 404 carry CORS', async () => {
  const wrong = await ask('PATCH', '/v1/things/x')
  expect([wrong.status, wrong.all.allow]).toEqual([405, 'GET, HEAD'])
  expect(wrong.all['access-control-allow-origin']).toBe('*')
  expect((await ask('GET', '/V1/things/x')).all['access-control-allow-origin']).toBe('*')
  const keyed = await ask('GET', '/v1/things')
  expect([keyed.status, keyed.all.allow]).toEqual([405, 'POST'])
  expect(keyed.all).not.toHaveProperty('access-control-allow-origin')
  expect(keyed.all['x-robots-tag']).toBe('noindex')
})

test('a preflight is answered on public rows alone, and lets a page ask what it knows already', async () => {
  const open = await ask('OPTIONS', '/v1/things/x')
  expect(open.status).toBe(204)
  expect(open.all['access-control-allow-methods']).toBe('GET, HEAD')
  expect(open.all['access-control-allow-headers']).toContain('If-None-Match')
  for (const path of ['/v1/things', '/v1/things/x/part', '/admin'])
    expect((await ask('OPTIONS', path)).status).toBe(405)
})

test('every answer has the headers that every answer has', async () => {
  for (const path of ['/r/x', '/nothing', '/v1/things'])
    expect((await ask('GET', path)).all['x-always']).toBe('1')
})
