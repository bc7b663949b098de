import { expect, test } from 'vitest'
import { ask, readJson } from '../support/ask.ts'
import { given, portalTest } from '../support/portal-test.ts'
import { ADMIN_TOKEN } from '../support/portal.ts'
import { createService } from '../support/world.ts'

const { portal } = portalTest({ pages: true })
const service = given(() => createService(portal))

type Document = { paths: Record<string, Record<string, { requestBody?: object }>> }

/** Every address of the API that reads a body. */
async function bodyRoutes(): Promise<[method: string, path: string][]> {
  const { body } = await portal.call<Document>('GET', '/openapi.json')
  return Object.entries(body.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { requestBody }]) => requestBody !== undefined)
      .map(([method]): [string, string] => [method.toUpperCase(), path.replace(/\{\w+\}/g, 'x')]),
  )
}

/** The answers to a body with these headers, of every address that reads one. */
async function askAll(headers: Record<string, string>, body = '{}') {
  return Promise.all(
    (await bodyRoutes()).map(async ([method, path]) => {
      const token = path.startsWith('/v1/admin/') ? ADMIN_TOKEN : service.key.apiKey
      const all = { authorization: `Bearer ${token}`, ...headers }
      return ask(portal, path, { method, headers: all, body })
    }),
  )
}

test.each([
  { 'content-type': 'application/json', 'content-encoding': 'gzip' },
  { 'content-type': 'application/json', 'content-encoding': 'identity, br' },
  { 'content-type': 'text/plain', 'content-encoding': 'zstd' },
  { 'content-type': 'application/json', 'transfer-encoding': 'gzip, chunked' },
])('13.11: a packed body is 415 and asks for a plain one: %j', async (headers) => {
  const answers = await askAll(headers, '\u001f\u008b')
  expect(answers.length).toBeGreaterThan(10)
  for (const answer of answers) {
    expect([answer.status, readJson(answer).code]).toEqual([415, 'unsupported_media_type'])
    expect(answer.headers['accept-encoding']).toBe('identity')
  }
})

test.each(['iso-8859-1', '"UTF-16"', 'utf-8; charset=latin1', 'utf-7', ''])(
  '13.11: a body whose charset is %s is 415',
  async (charset) => {
    for (const answer of await askAll({ 'content-type': `application/json; charset=${charset}` })) {
      expect([answer.status, readJson(answer).code]).toEqual([415, 'unsupported_media_type'])
      expect(readJson(answer).detail).toContain('UTF-8')
    }
  },
)

test('13.11: UTF-8 however it is written, and a body that says it is plain, are read', async () => {
  for (const type of [
    'charset=UTF-8',
    'charset="utf-8"',
    'Charset=utf8',
    'profile="a"; charset=utf-8',
  ])
    for (const answer of await askAll({
      'content-type': `application/json; ${type}`,
      'content-encoding': 'identity',
    }))
      expect(answer.status).not.toBe(415)
})

test('13.11: a form of the console is held to the same', async () => {
  const send = (headers: Record<string, string>) =>
    ask(portal, '/admin/sign-in', {
      method: 'POST',
      headers: { origin: 'http://portal.test', host: 'portal.test', ...headers },
      body: 'name=a',
    })
  const type = 'application/x-www-form-urlencoded'
  const packed = await send({ 'content-type': type, 'content-encoding': 'gzip' })
  expect([packed.status, packed.headers['accept-encoding']]).toEqual([415, 'identity'])
  expect((await send({ 'content-type': `${type}; charset=latin1` })).status).toBe(415)
  expect((await send({ 'content-type': `${type}; charset=utf-8` })).status).not.toBe(415)
  expect((await send({ 'content-type': 'application/json' })).text).toContain(type)
})
