import { setFlagsFromString } from 'node:v8'
import { runInThisContext } from 'node:vm'
import { expect, test } from 'vitest'
import { createRouter, ROUTES } from '#app/api/routes.ts'
import { pack } from '#app/engine/desk.server.ts'
import { joinHeaders, jsonReply } from '#app/web/reply.ts'
import type { JudgedState } from '#app/services/verify/judge-stored.ts'

setFlagsFromString('--allow-natives-syntax')
const haveSameClass = runInThisContext('(a, b) => %HaveSameMap(a, b)') as (
  a: object,
  b: object,
) => boolean

const STATE = {
  receiptId: 'rec_1',
  row: { jws: 'a.b.c', content: null, publicKey: null },
} as unknown as JudgedState

/** Two of what is made with every request. */
const MADE: Record<string, () => object> = {
  'an answer’s headers': () => {
    const headers = joinHeaders<string>({ vary: 'Origin' }, { 'content-type': 'text/plain' })
    headers['content-length'] = '3'
    return headers
  },
  'an answer’s own headers': () => jsonReply(201, {}, { location: '/' }).headers,
  'a route that was found': () => findRoute('POST', '/v1/receipts')!,
  'a row on its way to a thread': () => (pack({ state: STATE, now: 1 }) as { row: object }).row,
}
const findRoute = createRouter(ROUTES)

test.each(Object.entries(MADE))('%s has one hidden class', (_name, make) => {
  // The first ones teach V8 what such an object holds.
  for (let i = 0; i < 100; i++) make()
  expect(haveSameClass(make(), make())).toBe(true)
})

test('on Node 20 a literal that goes on after a spread has a new one each time', () => {
  const [base, more] = [{ a: 1, b: 2 }, { c: 3 }]
  const make = () => ({ ...base, ...more })
  for (let i = 0; i < 100; i++) make()
  expect(haveSameClass(make(), make())).toBe(!process.version.startsWith('v20.'))
})
