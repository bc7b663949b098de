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

test('no log line repeats the values of a statement that failed', async () => {
  const { ctx } = portal
  const admin = await openConsole(portal, 'admin')
  await ctx.db.run(
    `create function fail() returns trigger language plpgsql as 'begin raise exception $x$no$x$; end'`,
    [],
  )
  await ctx.db.run(
    'create trigger fail before update on admins for each row execute function fail()',
    [],
  )
  const { status } = await admin.post('/admin/account/password', { password: 'a quiet lantern' })
  await ctx.db.run('drop trigger fail on admins', [])
  expect(status).toBe(500)
  expect(portal.logged()).toContain('a page failed')
  expect(portal.logged()).not.toContain('argon2id$')
})

test.each([
  '/admin/people?after=%00',
  '/admin/issuers?after=%00',
  '/admin/api-keys?issuer=%00',
  '/admin/receipts?issuer=%00',
])('%s finds nothing and breaks nothing', async (path) => {
  expect((await owner.get(path)).status).toBe(200)
})
