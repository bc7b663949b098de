import { beforeAll, expect, test } from 'vitest'
import { CONSOLE_PAGES } from '#app/routes.ts'
import { tellLeftOut } from '#app/services/audit/note-access.ts'
import { beginSecondFactor, switchOnSecondFactor } from '#app/services/door/second-factor.ts'
import { finishSignIn, signIn } from '#app/services/door/sign-in.ts'
import { beginPasskeySignIn, signInWithPasskey } from '#app/services/door/use-passkey.ts'
import { inviteAdmin } from '#app/services/people/invite-admin.ts'
import { beginJoiningWithPasskey, joinWithPasskey } from '#app/services/people/join.ts'
import { appCode, BY, freshVisitor, good, makeAdmin, PASSWORD, tokenOf } from '../support/admins.ts'
import { openConsole, type ConsoleClient } from '../support/console.ts'
import { makeDevice } from '../support/device.ts'
import { knock } from '../support/door.ts'
import { portalTest } from '../support/portal-test.ts'

const { portal } = portalTest({ pages: true })

let viewer: ConsoleClient
beforeAll(async () => {
  viewer = await openConsole(portal, 'viewer', 'Vera')
})

interface Entry {
  actor: string
  action: string
  subject: string
  address: string
  after: Record<string, string>
}

/** The entries about ways in from one address, the oldest first. */
const entriesFrom = (address: string) =>
  portal.ctx.db.run<Entry>(
    `select actor, action, subject, address, after from audit_entries
       where action like 'access.%' and address = $1 order by at, id`,
    [address],
  )

interface Line {
  level: number
  address?: string
  action?: string
}
const linesFrom = (address: string): Line[] =>
  portal
    .logged()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)
    .filter((line) => line.action?.startsWith('access.') === true && line.address === address)

test('13.25: a sign-in by password, code, recovery code or passkey leaves one entry and one line', async () => {
  const { ctx } = portal
  const { admin } = await makeAdmin(ctx, 'viewer', 'Ada Enters')
  const typed = { name: 'Ada Enters', password: PASSWORD }
  const from = freshVisitor()
  good(await signIn(ctx, from, typed))

  const begun = beginSecondFactor(ctx, admin)
  const values = { sealed: begun.sealed, code: appCode(begun.secret, ctx.now()) }
  const codes = good(await switchOnSecondFactor(ctx, BY, admin.id, values))
  portal.advance(30_000)
  for (const code of [appCode(begun.secret, ctx.now()), codes[0]!]) {
    const { token } = good(await signIn(ctx, from, typed))
    good(await finishSignIn(ctx, from, token, code))
  }

  const device = makeDevice()
  const token = tokenOf(good(await inviteAdmin(ctx, BY, 'viewer')).url)
  const name = 'Ada Touches'
  const asked = good(await beginJoiningWithPasskey(ctx, freshVisitor(), { token, name }))
  const made = { token, name, challenge: asked.token, answer: device.make(asked.options) }
  good(await joinWithPasskey(ctx, freshVisitor(), made))
  const [row] = await ctx.db.run<{ id: string }>('select id from admins where name = $1', [name])
  const question = good(await beginPasskeySignIn(ctx, from))
  const answer = device.use(question.options, row!.id)
  good(await signInWithPasskey(ctx, from, { token: question.token, answer }))

  const entries = await entriesFrom(from.address)
  expect(entries.map(({ actor, action, after }) => [actor, action, after.by])).toEqual([
    ['Ada Enters', 'access.signed_in', 'password'],
    ['Ada Enters', 'access.signed_in', 'password and code'],
    ['Ada Enters', 'access.signed_in', 'password and recovery code'],
    ['Ada Touches', 'access.signed_in', 'passkey'],
  ])
  expect(linesFrom(from.address)).toHaveLength(4)
})

test('13.25: a failed try leaves one entry and one line, without the typed name or secret', async () => {
  await makeAdmin(portal.ctx, 'viewer', 'Bob Guarded')
  const { address } = freshVisitor()
  const enter = (fields: Record<string, string>) =>
    knock(portal, '/admin/sign-in', fields, { address })
  const typed = 'Tr0ub4dor&3 typed as a name'
  await enter({ name: 'Bob Guarded', password: 'guess-of-a-stranger' })
  await enter({ name: typed, password: 'guess-of-a-stranger' })
  await enter({ answer: '{}' })
  const entries = await entriesFrom(address)
  expect(
    entries.map(({ actor, action, subject, after }) => [actor, action, subject, after]),
  ).toEqual(
    [
      ['Bob Guarded', { by: 'password', why: 'wrong password' }],
      ['unknown name', { by: 'password', why: 'wrong password' }],
      ['unknown name', { by: 'passkey', why: 'wrong passkey' }],
    ].map(([subject, after]) => ['stranger', 'access.sign_in_failed', subject, after]),
  )
  expect(linesFrom(address).map(({ level }) => level)).toEqual([40, 40, 40])
  const audit = JSON.stringify(await portal.ctx.db.run('select * from audit_entries', []))
  for (const secret of [typed, 'guess-of-a-stranger'])
    expect(audit + portal.logged()).not.toContain(secret)
  expect(portal.logged()).not.toContain('Bob Guarded')
})

test('13.25: a role that is too low, a foreign form and an old form leave an entry each', async () => {
  const address = '127.0.0.1'
  const before = (await entriesFrom(address)).length
  await viewer.get('/admin/people')
  await viewer.post('/admin/issuers/new')
  await viewer.post('/admin/issuers/new', {}, { origin: 'https://evil.example' })
  await viewer.post('/admin/join/a-secret-link', {}, { origin: 'https://evil.example' })
  await viewer.post('/admin/sessions', { csrf: 'old' })
  const entries = (await entriesFrom(address)).slice(before)
  expect(
    entries.map(({ actor, action, subject, after }) => [actor, action, subject, after]),
  ).toEqual([
    ['Vera', 'access.role_refused', '/admin/people', { has: 'viewer', needs: 'owner' }],
    ['Vera', 'access.role_refused', '/admin/issuers/new', { has: 'viewer', needs: 'admin' }],
    ['stranger', 'access.form_refused', '/admin/issuers/new', { origin: 'https://evil.example' }],
    ['stranger', 'access.form_refused', '/admin/join/…', { origin: 'https://evil.example' }],
    ['Vera', 'access.form_refused', '/admin/sessions', { why: 'no token of this session' }],
  ])
})

test('13.25: wrong admin tokens are noted, and slowed down by network', async () => {
  const from = (address: string) => ({ headers: { 'x-forwarded-for': address } })
  const ask = (address: string, token: string) =>
    portal.call('GET', '/v1/admin/issuers', { ...from(address), token })
  const right = portal.ctx.config.adminToken
  const statuses: number[] = []
  for (let i = 0; i < 24; i++) {
    // Parallel right ones cost no try.
    if (i < 10) expect((await ask('192.0.2.50', right)).status).toBe(200)
    statuses.push((await ask('192.0.2.50', `wrong-token-number-${i}`)).status)
  }
  expect(statuses).toEqual([...Array<number>(20).fill(401), ...Array<number>(4).fill(429)])
  const slow = await ask('192.0.2.50', right)
  expect([slow.status, slow.body.code]).toEqual([429, 'rate_limited'])
  expect((await ask('192.0.2.51', right)).status).toBe(200)
  portal.advance(Number(slow.headers.get('retry-after')) * 1000)
  expect((await ask('192.0.2.50', right)).status).toBe(200)
  const entries = await entriesFrom('192.0.2.50')
  expect(entries[0]).toMatchObject({
    actor: 'stranger',
    action: 'access.token_refused',
    subject: 'GET /v1/admin/issuers',
    after: { why: 'wrong token' },
  })
  expect(JSON.stringify(entries) + portal.logged()).not.toContain('wrong-token-number')
})

test('13.25: strangers fill neither the audit nor the log, and the rest is counted', async () => {
  await tellLeftOut(portal.ctx)
  const attack = (address: string) =>
    portal.call('GET', '/v1/admin/audit', {
      token: 'a wrong token'.replaceAll(' ', '-'),
      headers: { 'x-forwarded-for': address },
    })
  for (let i = 0; i < 60; i++) await attack('192.0.2.60')
  expect(await entriesFrom('192.0.2.60')).toHaveLength(10)
  expect(linesFrom('192.0.2.60')).toHaveLength(10)
  // A crowd: the networks together have their limit too.
  for (let i = 0; i < 250; i++) await attack(`198.18.${i}.1`)
  const count = async () =>
    (
      await portal.ctx.db.run<{ count: number }>(
        `select count(*)::int as count from audit_entries where action = 'access.token_refused'`,
        [],
      )
    )[0]!.count
  expect(await count()).toBeLessThanOrEqual(201)
  const { count: leftOut } = portal.ctx.leftOut
  expect(leftOut).toBeGreaterThanOrEqual(50)
  await tellLeftOut(portal.ctx)
  const [told] = await portal.ctx.db.run<{ after: { count: number } }>(
    `select after from audit_entries where action = 'access.left_out' order by at desc limit 1`,
    [],
  )
  expect(told!.after.count).toBe(leftOut)
  // A good sign-in is not hidden by the attack from its own network.
  await makeAdmin(portal.ctx, 'viewer', 'Cay Besieged')
  const visitor = { ...freshVisitor(), address: '192.0.2.60' }
  good(await signIn(portal.ctx, visitor, { name: 'Cay Besieged', password: PASSWORD }))
  expect((await entriesFrom('192.0.2.60')).at(-1)!.action).toBe('access.signed_in')
})

test('13.25: no form that a page refuses is logged as an error', async () => {
  const pathsOf = (routes: typeof CONSOLE_PAGES): string[] =>
    routes.flatMap(({ path = '', children }) =>
      children === undefined
        ? [path]
        : pathsOf(children).map((one) => (path === '' ? one : `${path}/${one}`)),
    )
  const before = portal.logged().length
  for (const path of pathsOf(CONSOLE_PAGES)) {
    const address = `/${path.replaceAll(/:\w+|\*/g, 'nothing').replace(/\/$/, '')}`
    for (const cookie of ['', viewer.cookie]) {
      const { status } = await knock(portal, address, {}, { cookie })
      expect([address, status < 500]).toEqual([address, true])
    }
  }
  const lines = portal.logged().slice(before).trim().split('\n')
  expect(lines.filter((line) => (JSON.parse(line) as Line).level >= 50)).toEqual([])
})

test('13.25: the list of sign-ins and the audit show them, each by its filter', async () => {
  await makeAdmin(portal.ctx, 'viewer', 'Dee Listed')
  const typed = { name: 'Dee Listed', password: PASSWORD }
  good(await signIn(portal.ctx, { ...freshVisitor(), userAgent: 'Lynx/2.8' }, typed))
  const { text } = await viewer.get('/admin/audit/sign-ins')
  for (const words of ['Dee Listed', 'Lynx/2.8']) expect(text).toContain(words)
  for (const [action, words] of [
    ['role_refused', 'has viewer, needs owner'],
    ['form_refused', 'sent from https://evil.example'],
    ['sign_in_failed', 'failed to sign in with an'],
  ] as const) {
    const page = await viewer.get(`/admin/audit/sign-ins?action=access.${action}`)
    expect(page.text).toContain(words)
  }
  expect(text).not.toContain('joined as')
  const failed = await viewer.get('/admin/audit/sign-ins?action=access.sign_in_failed')
  expect(failed.text).toContain('unknown name')
  expect(failed.text).not.toContain('Lynx/2.8')
  // A filter of another page can't show changes here.
  const other = await viewer.get('/admin/audit/sign-ins?action=admin.join')
  expect(other.text).not.toContain('joined as')
  const changes = await viewer.get('/admin/audit?action=changes')
  expect(changes.text).toContain('joined as')
  expect(changes.text).not.toContain('Lynx/2.8')
  expect((await viewer.get('/admin/audit?action=access')).text).toContain('Lynx/2.8')
  expect((await viewer.get('/admin/audit')).text).toContain('Lynx/2.8')
})
