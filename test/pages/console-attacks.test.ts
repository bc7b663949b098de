import { afterAll, beforeAll, expect, test } from 'vitest'
import { openConsole, type ConsoleClient } from '../support/console.ts'
import { knock } from '../support/door.ts'
import { freshDatabase } from '../support/database.ts'
import { startPortal, type Portal } from '../support/portal.ts'

let portal: Portal
let drop: () => Promise<void>
let owner: ConsoleClient

beforeAll(async () => {
  const database = await freshDatabase()
  drop = () => database.drop()
  portal = await startPortal(database.connection, { pages: Promise.resolve() })
  owner = await openConsole(portal, 'owner')
})

afterAll(async () => {
  await portal.stop()
  await drop()
})

test.each([
  ['a list of millions', { 'name[4000000]': 'x' }],
  ['a deep path', { [`name${'.a'.repeat(9_000)}`]: 'x' }],
  ['a prototype', { '__proto__.polluted': 'x' }],
  ['an order to the form library', { __intent__: '{"type":"insert","payload":{"name":"name"}}' }],
  ['a NUL', { name: 'a\0b' }],
  ['hundreds', Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`f${i}`, 'x']))],
])('a field that no form has, %s, is refused before anything reads it', async (_what, fields) => {
  const begunAt = performance.now()
  const door = await knock(portal, '/admin/sign-in', { password: 'x', ...fields })
  const inside = await owner.post('/admin/issuers/new', fields)
  for (const { status, text } of [door, inside])
    expect([status, (JSON.parse(text) as { code: string }).code]).toEqual([400, 'invalid_request'])
  expect(performance.now() - begunAt).toBeLessThan(2_000)
})
