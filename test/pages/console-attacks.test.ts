import { beforeAll, expect, test } from 'vitest'
import { changeRole, removeAdmin } from '#app/services/people/change-people.ts'
import { findInvitation, inviteAdmin } from '#app/services/people/invite-admin.ts'
import {
  beginSecondFactor,
  checkSecondFactor,
  switchOnSecondFactor,
} from '#app/services/door/second-factor.ts'
import { ask } from '../support/ask.ts'
import { appCode, BY, good, makeAdmin, PASSWORD, tokenOf } from '../support/admins.ts'
import { openConsole, type ConsoleClient } from '../support/console.ts'
import { knock } from '../support/door.ts'
import { portalTest } from '../support/portal-test.ts'

let owner: ConsoleClient

const { portal } = portalTest({ pages: true })
beforeAll(async () => {
  owner = await openConsole(portal, 'owner')
})

test.each([
  ['a list of millions', { 'name[4000000]': 'x' }],
  ['a deep path', { [`name${'.a'.repeat(9_000)}`]: 'x' }],
  ['a prototype', { '__proto__.polluted': 'x' }],
  ['an order to the form library', { __intent__: '{"type":"insert","payload":{"name":"name"}}' }],
  ['a NUL', { name: 'a\0b' }],
  ['hundreds', Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`f${i}`, 'x']))],
])('a field that no form has, %s, is refused before anything reads it', async (_what, fields) => {
  const door = await knock(portal, '/admin/sign-in', { password: 'x', ...fields })
  const inside = await owner.post('/admin/issuers/new', fields)
  for (const { status, text } of [door, inside]) {
    const { code, detail } = JSON.parse(text) as { code: string; detail: string }
    expect([status, code]).toEqual([400, 'invalid_request'])
    // The gate's own words: no page was asked, so no form library made millions of anything.
    expect(detail).toBe('No form of the console has such a field.')
  }
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
  expect(portal.logged()).toContain('a request failed')
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

test('the portal opens nobody’s kept secret for somebody else, or for a form', async () => {
  const { ctx } = portal
  const { admin } = await makeAdmin(ctx, 'viewer', 'Kept Secret')
  const begun = beginSecondFactor(ctx, admin)
  const code = appCode(begun.secret, ctx.now())
  good(await switchOnSecondFactor(ctx, BY, admin.id, { sealed: begun.sealed, code }))
  const [row] = await ctx.db.run<{ kept: Uint8Array }>(
    'select totp_secret as kept from admins where id = $1',
    [admin.id],
  )
  const kept = Buffer.from(row!.kept).toString('base64url')
  // From a stolen backup, say: a wrong code makes the form show again what it was sent.
  const thief = await openConsole(portal, 'viewer')
  for (const sealed of [kept, begun.sealed]) {
    const path = '/admin/account/second-factor'
    const { status, text } = await thief.submit(path, { sealed, code: '0' })
    expect(status).toBe(400)
    expect(text).not.toContain(begun.secret)
  }
  expect(beginSecondFactor(ctx, admin, kept).secret).not.toBe(begun.secret)
})

test('a secret that is put into somebody else’s row opens nothing there', async () => {
  const { ctx } = portal
  const mallory = await makeAdmin(ctx, 'viewer', 'Mallory')
  const owner = await makeAdmin(ctx, 'owner', 'Olive')
  const begun = beginSecondFactor(ctx, mallory.admin)
  const code = appCode(begun.secret, ctx.now())
  good(await switchOnSecondFactor(ctx, BY, mallory.admin.id, { sealed: begun.sealed, code }))
  await ctx.db.run(
    `update admins set totp_secret = (select totp_secret from admins where id = $1)
       where id = $2`,
    [mallory.admin.id, owner.admin.id],
  )
  portal.advance(30_000)
  const now = appCode(begun.secret, ctx.now())
  expect(await checkSecondFactor(ctx, BY, owner.admin.id, now)).toBe(false)
  expect(await checkSecondFactor(ctx, BY, mallory.admin.id, now)).toBe(true)
})

test.each([
  ['removed', (id: string) => removeAdmin(portal.ctx, BY, id)],
  ['made an admin', (id: string) => changeRole(portal.ctx, BY, id, 'admin')],
])('an owner who is %s keeps no link by which to come back as one', async (what, undo) => {
  const { ctx } = portal
  const { admin } = await makeAdmin(ctx, 'owner', `Once ${what}`)
  const by = { ...BY, actor: admin.name }
  const { url } = good(await inviteAdmin(ctx, by, 'owner'))
  const other = good(await inviteAdmin(ctx, { ...BY, actor: owner.name }, 'viewer'))
  good(await undo(admin.id))
  expect(await findInvitation(ctx, tokenOf(url))).toEqual({ ok: false, code: 'unknown' })
  // Somebody else's stay, and a form that was on its way meanwhile comes too late.
  expect((await findInvitation(ctx, tokenOf(other.url))).ok).toBe(true)
  expect(await inviteAdmin(ctx, by, 'owner')).toEqual({ ok: false, code: 'not_allowed' })
})

test('a stranger with a network of IPv6 is one stranger, whichever of its addresses they use', async () => {
  const guess = async (i: number) => {
    const address = `2001:db8:7:7::${(i + 1).toString(16)}`
    const typed = { name: `guess ${i}`, password: 'a wrong guess' }
    return (await knock(portal, '/admin/sign-in', typed, { address })).status
  }
  const statuses: number[] = []
  for (let i = 0; i < 24; i++) statuses.push(await guess(i))
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0)
  const typed = { name: 'somebody else', password: 'a wrong guess' }
  const other = await knock(portal, '/admin/sign-in', typed, { address: '2001:db8:7:8::1' })
  expect(other.status).toBe(400)
})

test('strangers who go on guessing at a name keep nobody out of a browser that was in before', async () => {
  const { ctx } = portal
  await makeAdmin(ctx, 'owner', 'Besieged')
  const right = { name: 'Besieged', password: PASSWORD }
  const from = (last: number) => ({ address: `192.0.2.${last}` })
  const first = await knock(portal, '/admin/sign-in', right, from(1))
  const cookie = `counterfoil-device=${first.cookies['counterfoil-device']!}`
  expect(first.headers.getSetCookie().join()).toMatch(
    /-device=[^;]{43}; [^,]*HttpOnly; SameSite=Lax/,
  )
  const guess = { ...right, password: 'a wrong guess' }
  for (let i = 0; i < 8; i++) await knock(portal, '/admin/sign-in', guess, from(2))
  // From the stranger's own network the right password comes to nothing for the moment.
  expect((await knock(portal, '/admin/sign-in', right, from(2))).status).toBe(429)
  expect((await knock(portal, '/admin/sign-in', right, { ...from(2), cookie })).status).toBe(302)
  expect((await knock(portal, '/admin/sign-in', right, from(3))).status).toBe(302)
  expect((await knock(portal, '/admin/sign-in', right, { ...from(1), cookie })).status).toBe(302)
  // It lets nobody in by itself, and guessing with it has the same end.
  const knownGuess = { ...from(4), cookie }
  for (let i = 0; i < 5; i++)
    expect((await knock(portal, '/admin/sign-in', guess, knownGuess)).status).toBe(400)
  expect((await knock(portal, '/admin/sign-in', guess, knownGuess)).status).toBe(429)
  const forged = `counterfoil-device=${'A'.repeat(43)}`
  expect(
    (await knock(portal, '/admin/sign-in', right, { ...from(2), cookie: forged })).status,
  ).toBe(429)
})

test.each([
  '/ADMIN/people',
  '/Admin/sign-in',
  '/%61dmin',
  '/%41dmin/audit',
  '//admin',
  '/x/../admin',
])(
  'the console answers to its own spelling alone: %s leads there, and no form gets in by it',
  async (path) => {
    const answer = await ask(portal, path)
    expect(answer.status).toBe(308)
    expect(answer.headers.location).toMatch(/^\/admin(\/[a-z-]+)?$/)
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.text).not.toContain('Console')
    const { publicUrl } = portal.ctx.config
    const form = await ask(portal, path, { method: 'POST', headers: { origin: publicUrl } })
    expect([404, 405]).toContain(form.status)
  },
)
