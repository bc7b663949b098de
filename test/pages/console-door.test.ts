import { beforeAll, describe, expect, test } from 'vitest'
import { inviteAdmin, LIFE_MS, recoverOwner } from '#app/services/people/invite-admin.ts'
import { findSession } from '#app/services/door/session.ts'
import { BY, freshVisitor, good, makeAdmin, PASSWORD } from '../support/admins.ts'
import { openConsole, SAME_ORIGIN } from '../support/console.ts'
import { knock, pathOf } from '../support/door.ts'
import { portalTest } from '../support/portal-test.ts'

const { portal } = portalTest({ pages: true })
beforeAll(async () => {
  await makeAdmin(portal.ctx, 'owner', 'Grace')
})

const enter = (fields: Record<string, string>, next = '', address = freshVisitor().address) =>
  knock(portal, `/admin/sign-in${next}`, fields, { address })

/** What is tried here takes no time by the portal's clock: nothing is forgiven on a slow machine. */
function stopClock(): () => void {
  const { ctx } = portal
  const at = ctx.now()
  return () => portal.advance(at - ctx.now())
}

const RIGHT = { name: 'Grace', password: PASSWORD }

describe('signing in', () => {
  test('gives a session in a cookie that no script reads and no other site sends', async () => {
    const answer = await enter(RIGHT)
    expect([answer.status, answer.location]).toEqual([302, '/admin'])
    const cookie = answer.headers.getSetCookie().find((line) => line.includes('session'))!
    for (const flag of ['HttpOnly', 'SameSite=Lax', 'Path=/']) expect(cookie).toContain(flag)
    expect(await findSession(portal.ctx, answer.cookies['counterfoil-session']!)).not.toBe(null)
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  test('answers to a name that nobody has as to a wrong password, to the byte', async () => {
    const wrong = await enter({ name: 'Grace', password: 'a wrong guess' })
    const unknown = await enter({ name: 'Gracy', password: 'a wrong guess' })
    expect([wrong.status, unknown.status]).toEqual([400, 400])
    expect(unknown.text.replaceAll('Gracy', 'Grace')).toBe(wrong.text)
    const namesOf = ({ headers }: typeof wrong) =>
      [...headers].filter(([name]) => !/^(?:date|x-request-id)$/.test(name))
    expect(namesOf(unknown)).toEqual(namesOf(wrong))
    expect(wrong.cookies).toEqual({})
    // What was typed stays, but never a password.
    expect(wrong.text).toContain('value="Grace"')
    expect(wrong.text).not.toContain('a wrong guess')
  })

  test.each([
    ['//evil.example/admin', '/admin'],
    ['/\\evil.example/admin', '/admin'],
    ['https://evil.example/admin', '/admin'],
    ['javascript:alert(1)', '/admin'],
    ['/\t/evil.example', '/admin'],
    ['/admin/../r/somewhere', '/admin'],
    ['/admin\\..\\..\\evil', '/admin'],
    ['/administrators', '/admin'],
    ['admin/audit', '/admin'],
    ['/admin//evil.example', '/admin'],
    ['/admin/audit?from=2026-01-01&to=2026-02-01', '/admin/audit?from=2026-01-01&to=2026-02-01'],
  ])('leads from next=%s to %s', async (next, to) => {
    const { status, location } = await enter(RIGHT, `?next=${encodeURIComponent(next)}`)
    expect([status, location]).toEqual([302, to])
    // A browser that is signed in already is led the same way.
    const client = await openConsole(portal, 'viewer')
    const again = await client.get(`/admin/sign-in?next=${encodeURIComponent(next)}`)
    expect(again.location).toBe(to)
  })

  test('is slowed down after five wrong passwords for a name, says so, and lets others in', async () => {
    await makeAdmin(portal.ctx, 'viewer', 'Heidi')
    const guess = { name: 'Heidi', password: 'a wrong guess' }
    const stand = stopClock()
    const { address } = freshVisitor()
    for (let n = 0; n < 5; n++) {
      expect((await enter(guess, '', address)).status).toBe(400)
      stand()
    }
    const slow = await enter({ ...guess, password: PASSWORD }, '', address)
    expect([slow.status, slow.cookies]).toEqual([429, {}])
    // 13.27: what is left to wait.
    const seconds = Number(slow.headers.get('retry-after'))
    expect(seconds).toBeGreaterThan(0)
    expect(seconds).toBeLessThanOrEqual(60)
    expect(slow.text).toContain(`Too many tries. Wait ${seconds} second`)
    expect((await enter(RIGHT, '', address)).status).toBe(302)
    portal.advance(seconds * 1000)
    expect((await enter({ ...guess, password: PASSWORD }, '', address)).status).toBe(302)
  })

  test('is slowed down for an address that tries one name after the other', async () => {
    const statuses: number[] = []
    const stand = stopClock()
    for (let n = 0; n < 22; n++) {
      statuses.push((await enter({ name: `n${n}`, password: 'x' }, '', '203.0.113.9')).status)
      stand()
    }
    expect(statuses).toEqual([...Array<number>(20).fill(400), 429, 429])
  })

  test('names the field that is empty', async () => {
    const { status, text } = await enter({ name: '', password: '' })
    expect(status).toBe(400)
    for (const words of ['Type your name.', 'Type your password.']) expect(text).toContain(words)
  })

  test('asks for a code only after a password', async () => {
    const bare = await knock(portal, '/admin/sign-in/code?next=%2Fadmin%2Faudit', null)
    expect([bare.status, bare.location]).toEqual([302, '/admin/sign-in?next=%2Fadmin%2Faudit'])
    const typed = await knock(portal, '/admin/sign-in/code', { code: '123456' })
    expect([typed.status, typed.location]).toEqual([302, '/admin/sign-in'])
  })

  test('takes nothing for a passkey that is none', async () => {
    for (const answer of ['', '{}', 'null', '[]', '{"id":"x","response":{}}']) {
      const { status, cookies, text } = await enter({ answer })
      expect([status, cookies]).toEqual([400, {}])
      expect(text).toContain('This passkey was not accepted')
    }
  })
})

describe('signing out', () => {
  test('takes a button, not a link, and ends the session in the database too', async () => {
    const client = await openConsole(portal, 'viewer')
    expect((await client.get('/admin/sign-out')).location).toBe('/admin/account')
    expect((await client.get('/admin')).status).toBe(200)
    const out = await client.post('/admin/sign-out')
    expect([out.status, out.location]).toEqual([302, '/admin/sign-in?done=signed-out'])
    expect(out.headers.getSetCookie()[0]).toContain('Max-Age=0')
    // 13.28: a signed-out browser keeps no page of the console.
    expect(out.headers.get('clear-site-data')).toBe('"cache", "storage"')
    expect((await client.get('/admin')).location).toBe('/admin/sign-in?next=%2Fadmin')
    expect(await findSession(portal.ctx, client.token)).toBe(null)
  })
})

describe('a link', () => {
  const invite = async () => pathOf(good(await inviteAdmin(portal.ctx, BY, 'viewer')).url)
  const fields = (name: string) => ({ name, password: PASSWORD })

  test('says what is wrong with it: used, expired, or never made', async () => {
    const used = await invite()
    const joined = await knock(portal, used, fields('Ivan'))
    expect([joined.status, joined.location]).toEqual([302, '/admin'])
    const late = await invite()
    portal.advance(LIFE_MS.invite)
    for (const [path, status, words] of [
      [used, 410, 'This link was used already'],
      [late, 410, 'This link has expired'],
      [`/admin/join/${'A'.repeat(43)}`, 404, 'This link leads nowhere'],
      ['/admin/join/nothing', 404, 'This link leads nowhere'],
    ] as const)
      for (const body of [null, fields('Judy')]) {
        const answer = await knock(portal, path, body)
        expect([answer.status, answer.cookies]).toEqual([status, {}])
        expect(answer.text).toContain(words)
      }
  })

  test('refuses names and passwords at their fields, and stays good', async () => {
    const path = await invite()
    for (const [name, password, words] of [
      ['Ivan', PASSWORD, 'Somebody here has this name'],
      ['lvan', PASSWORD, 'Somebody here has this name'],
      ['', PASSWORD, 'Use 1 to 50 characters'],
      ['server', PASSWORD, 'The portal itself goes by this name'],
      ['Kate', 'short', 'Use at least 10 characters'],
      ['Kate', '', 'Choose a password.'],
      ['Kate <b>', 'password123', 'one of the first passwords'],
    ] as const) {
      const { status, text } = await knock(portal, path, { name, password })
      expect([name, status]).toEqual([name, 400])
      expect(text).toContain(words)
      expect(text).toContain('aria-invalid="true"')
      expect(text).not.toContain('<b>')
      expect(text).not.toContain('password123')
    }
    expect((await knock(portal, path, fields('Kate'))).status).toBe(302)
  })

  test('of a recovery leads back in, and what led in before leads nowhere', async () => {
    const session = await makeAdmin(portal.ctx, 'owner', 'Leo')
    const url = good(await recoverOwner(portal.ctx, 'Leo'))
    const page = await knock(portal, pathOf(url), null)
    expect(page.text).toContain('A new way in for Leo')
    expect(page.text).not.toContain('Your name')
    const back = await knock(portal, pathOf(url), { password: 'a new way back inside' })
    expect([back.status, back.location]).toEqual([302, '/admin/account?done=back'])
    expect((await enter({ name: 'Leo', password: PASSWORD })).status).toBe(400)
    const sessions = await portal.ctx.db.run<{ count: number }>(
      'select count(*)::int as count from sessions where admin = $1',
      [session.admin.id],
    )
    expect(sessions).toEqual([{ count: 1 }])
  })

  test('is in no line of the log', async () => {
    const path = await invite()
    await knock(portal, path, null)
    await knock(portal, `${path}/passkey`, { name: 'Mia' })
    expect(portal.logged()).toContain('/admin/join/…')
    expect(portal.logged()).not.toContain(path.split('/').at(-1)!)
  })
})

test('a question for an authenticator is only asked by a form, and not without end', async () => {
  const address = '203.0.113.77'
  for (const path of ['sign-in', 'confirm', 'account', 'join/nothing'])
    expect((await knock(portal, `/admin/${path}/passkey`, null)).status).toBe(405)
  const ask = () => knock(portal, '/admin/sign-in/passkey', {}, { address })
  const first = await ask()
  expect([first.status, Object.keys(first.cookies)]).toEqual([200, ['counterfoil-passkey']])
  const asked = JSON.parse(first.text) as { options: { allowCredentials?: unknown[] } }
  // It names no passkey: who is asked is nobody's business.
  expect(asked.options.allowCredentials ?? []).toEqual([])
  let refused = first
  const stand = stopClock()
  for (let n = 0; n < 70 && refused.status === 200; n++) {
    refused = await ask()
    stand()
  }
  expect(refused.status).toBe(429)
  expect(refused.text).toContain('Too many tries.')
})

test('the console’s forms say where they come from, and to other sites nothing is said', async () => {
  for (const path of ['/admin/sign-in', '/admin/join/nothing']) {
    const { headers, text } = await knock(portal, path, null)
    expect(headers.get('referrer-policy')).toBe('same-origin')
    expect(text).not.toContain('no-referrer')
  }
  const { origin } = SAME_ORIGIN
  const answer = await fetch(`${portal.origin}/admin/sign-in`, {
    method: 'POST',
    headers: { origin: `${origin}.evil` },
  })
  expect(answer.status).toBe(403)
})
