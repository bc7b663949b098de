import { expect, test } from 'vitest'
import {
  findSession,
  openSession,
  SESSION_IDLE_MS_MAX,
  SESSION_MS_MAX,
} from '#app/services/door/session.ts'
import { openConsole } from '../support/console.ts'
import { portalTest } from '../support/portal-test.ts'

const { portal } = portalTest({ pages: true })

test('whoever signs out everywhere else keeps this session alone, and nobody else loses theirs', async () => {
  const [client, other] = [await openConsole(portal, 'admin'), await openConsole(portal, 'admin')]
  const from = { address: '198.51.100.7', userAgent: 'another <b>browser</b>' }
  const elsewhere = await openSession(portal.ctx, client.admin, from)
  const before = await client.get('/admin/sessions')
  expect(before.text).toMatch(
    /<summary[^>]*>Sign out everywhere else.*Every session but this one ends/s,
  )
  expect(before.text).toContain('198.51.100.7')
  expect(before.text).toContain('another &lt;b&gt;browser&lt;/b&gt;')
  const answer = await client.post('/admin/sessions')
  expect([answer.status, answer.location]).toEqual([302, '/admin/sessions?done=signed-out'])
  expect(await findSession(portal.ctx, elsewhere)).toBe(null)
  expect((await client.get(answer.location!)).text).toContain('You are signed out everywhere else.')
  expect((await other.get('/admin/sessions')).status).toBe(200)
})

test('the database does not hold what is in the cookie', async () => {
  const client = await openConsole(portal, 'owner')
  const rows = await portal.ctx.db.run<{ all: string }>(
    "select string_agg(s::text || encode(s.id, 'escape'), ' ') as all from sessions s",
    [],
  )
  expect(rows[0]!.all).not.toContain(client.token)
})

test('a session that nobody uses for twelve hours is over', async () => {
  const client = await openConsole(portal, 'viewer')
  portal.advance(SESSION_IDLE_MS_MAX - 60_000)
  expect((await client.get('/admin/sessions')).status).toBe(200)
  portal.advance(SESSION_IDLE_MS_MAX - 60_000)
  expect((await client.get('/admin/sessions')).status).toBe(200)
  portal.advance(SESSION_IDLE_MS_MAX + 1)
  expect((await client.get('/admin/sessions')).status).toBe(302)
})

test('a session is over after a week, however much it is used', async () => {
  const client = await openConsole(portal, 'viewer')
  const step = SESSION_IDLE_MS_MAX - 60_000
  const steps = Math.floor((SESSION_MS_MAX - 60_000) / step)
  for (let n = 0; n < steps; n++) {
    portal.advance(step)
    expect((await client.get('/admin/sessions')).status).toBe(200)
  }
  portal.advance(SESSION_MS_MAX - steps * step + 1)
  expect((await client.get('/admin/sessions')).status).toBe(302)
})

test('whoever was removed is out at once', async () => {
  const client = await openConsole(portal, 'owner')
  await portal.ctx.db.run('update admins set removed_at = now() where id = $1', [client.admin])
  expect((await client.get('/admin/sessions')).status).toBe(302)
})
