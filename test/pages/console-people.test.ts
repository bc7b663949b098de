import { expect, test } from 'vitest'
import { findAdmin, removeAdmin } from '#app/services/people/change-people.ts'
import { BY, PASSWORD } from '../support/admins.ts'
import { openConsole } from '../support/console.ts'
import { knock, pathOf } from '../support/door.ts'
import { given, portalTest } from '../support/portal-test.ts'
import { PUBLIC_URL } from '../support/portal.ts'

const { portal } = portalTest({ pages: true })
const owner = given(() => openConsole(portal, 'owner', 'the-owner'))

const LINK = new RegExp(`${PUBLIC_URL}/admin/join/[\\w-]{43}`)

test('an invitation shows its link once, makes one person of that role, and is in the audit without the link', async () => {
  const made = await owner.submit('/admin/people/invite', { role: 'admin' })
  expect(made.status).toBe(200)
  const link = LINK.exec(made.text)![0]
  const list = await owner.get('/admin/people')
  expect(list.text).not.toContain(link.split('/').at(-1))
  // Nothing is withdrawn by one press: what opens the button says what will happen.
  expect(list.text).toMatch(
    /<summary[^>]*>Withdraw.*Its link leads nowhere.*Withdraw it<\/button>/s,
  )
  const joined = await knock(portal, pathOf(link), { name: 'Nina', password: PASSWORD })
  expect(joined.location).toBe('/admin')
  const after = await owner.get('/admin/people')
  expect(after.text).toContain('Nina')
  expect(after.text).toContain('password alone')
  expect(after.text).not.toContain('Withdraw')
  const audit = await owner.get('/admin/audit')
  expect(audit.text).toContain('Nina')
  expect(audit.text).not.toContain(link.split('/').at(-1))
})

test('a withdrawn invitation leads nowhere', async () => {
  const link = LINK.exec((await owner.submit('/admin/people/invite', { role: 'owner' })).text)![0]
  const list = await owner.get('/admin/people')
  const invitation = /name="invitation" value="(\w+)"/.exec(list.text)![1]!
  const done = await owner.post('/admin/people', { invitation })
  expect(done.location).toBe('/admin/people?done=withdrawn')
  expect((await knock(portal, pathOf(link), null)).status).toBe(404)
  expect((await owner.post('/admin/people', { invitation })).location).toBe(
    '/admin/people?done=gone',
  )
})

test('a changed role holds from the next click on', async () => {
  const other = await openConsole(portal, 'viewer', 'Olga')
  expect((await other.get('/admin/alerts/new')).status).toBe(403)
  const changed = await owner.post(`/admin/people/${other.admin}`, { role: 'admin' })
  expect([changed.status, changed.location]).toEqual([302, '/admin/people?done=role'])
  expect((await other.get('/admin/alerts/new')).status).toBe(200)
  expect((await owner.post(`/admin/people/${other.admin}`, { role: 'emperor' })).status).toBe(400)
})

test('whoever is removed is out at once, and their name stays in the audit', async () => {
  const other = await openConsole(portal, 'admin', 'Peggy')
  const page = await owner.get(`/admin/people/${other.admin}/remove`)
  expect(page.text).toContain('They are signed out everywhere at once')
  const removed = await owner.post(`/admin/people/${other.admin}/remove`)
  expect(removed.location).toBe('/admin/people?done=removed')
  expect((await other.get('/admin')).location).toMatch(/^\/admin\/sign-in/)
  expect((await owner.get(`/admin/people/${other.admin}`)).status).toBe(404)
  expect((await owner.get('/admin/audit')).text).toContain('Peggy')
})

test('the last owner can neither go nor become less, and the page says why', async () => {
  for (const [path, fields] of [
    [`/admin/people/${owner.admin}`, { role: 'viewer' }],
    [`/admin/people/${owner.admin}/remove`, {}],
  ] as const) {
    const { status, text } = await owner.post(path, fields)
    expect(status).toBe(409)
    expect(text).toContain('This is the last owner')
  }
  expect((await findAdmin(portal.ctx, owner.admin))?.role).toBe('owner')
  // With a second one the first may go, and then sees what is left to them.
  const second = await openConsole(portal, 'owner', 'Rosa')
  const changed = await owner.post(`/admin/people/${owner.admin}`, { role: 'admin' })
  expect(changed.location).toBe('/admin')
  expect((await owner.get('/admin/people')).status).toBe(403)
  await second.post(`/admin/people/${owner.admin}`, { role: 'owner' })
  await removeAdmin(portal.ctx, BY, second.admin)
})

test('whoever has not proved for ten minutes who they are proves it before they change anybody', async () => {
  const other = await openConsole(portal, 'viewer', 'Sybil')
  portal.advance(11 * 60_000)
  for (const path of ['invite', other.admin, `${other.admin}/remove`]) {
    const to = `/admin/confirm?next=${encodeURIComponent(`/admin/people/${path}`)}`
    expect((await owner.get(`/admin/people/${path}`)).location).toBe(to)
    expect((await owner.post(`/admin/people/${path}`, { role: 'owner' })).location).toBe(to)
  }
  expect((await findAdmin(portal.ctx, other.admin))?.role).toBe('viewer')
  expect((await owner.get('/admin/people')).status).toBe(200)
})

test('a list of people longer than a page goes on where it ended', async () => {
  for (let n = 0; n < 52; n++) await openConsole(portal, 'viewer', `person-${n}`)
  const first = await owner.get('/admin/people')
  const next = /href="(\?after=[^"]+)"/.exec(first.text)![1]!
  const second = await owner.get(`/admin/people${next}`)
  const namesOf = (text: string) => [...text.matchAll(/>(person-\d+)</g)].map(([, name]) => name)
  expect(new Set([...namesOf(first.text), ...namesOf(second.text)]).size).toBe(52)
})
