import { beforeAll, expect, test } from 'vitest'
import { beginAddingPasskey, addPasskey } from '#app/services/door/change-passkeys.ts'
import { beginPasskeySignIn, signInWithPasskey } from '#app/services/door/use-passkey.ts'
import { appCode, BY, freshVisitor, good, makeAdmin, PASSWORD } from '../support/admins.ts'
import { makeDevice } from '../support/device.ts'
import { knock } from '../support/door.ts'
import { portalTest } from '../support/portal-test.ts'

const { portal } = portalTest({ pages: true })
beforeAll(() => {
  portal.ctx.config.requireSecondFactor = true
})

async function enter(name: string) {
  const { address } = freshVisitor()
  const answer = await knock(portal, '/admin/sign-in', { name, password: PASSWORD }, { address })
  const cookie = `counterfoil-session=${answer.cookies['counterfoil-session'] ?? ''}`
  const open = (path: string, fields: Record<string, string> | null = null) =>
    knock(portal, path, fields, { address, cookie })
  return { answer, open }
}

const fieldOf = (page: string, name: string): string =>
  new RegExp(`name="${name}" value="([^"]+)"`).exec(page)![1]!

test('13.28: an admin without a second factor may set one up and nothing else', async () => {
  await makeAdmin(portal.ctx, 'owner', 'Una Single')
  const { answer, open } = await enter('Una Single')
  expect(answer.status).toBe(302)
  for (const path of ['/admin', '/admin/people', '/admin/audit', '/admin/audit.ndjson']) {
    const { status, location } = await open(path)
    expect([path, status, location]).toEqual([path, 302, '/admin/account'])
  }
  const account = await open('/admin/account')
  expect(account.text).toContain('This portal demands a second factor.')
  const csrf = fieldOf(account.text, 'csrf')
  expect((await open('/admin/issuers/new', { csrf, name: 'X', slug: 'x' })).location).toBe(
    '/admin/account',
  )

  const page = await open('/admin/account/second-factor')
  const secret = /factor-key">([^<]+)</.exec(page.text)![1]!
  const code = appCode(secret, portal.ctx.now())
  const names = ['csrf', 'form', 'seen', 'sealed']
  const hidden = Object.fromEntries(names.map((name) => [name, fieldOf(page.text, name)]))
  const done = await open('/admin/account/second-factor', { ...hidden, code })
  expect(done.status).toBe(302)
  expect((await open('/admin')).status).toBe(200)
  // The demand can't be undone by its own page.
  expect((await open('/admin/account')).text).not.toContain('Turn it off')
  expect((await open('/admin/account/second-factor/off', { csrf })).location).toBe('/admin/account')
  expect((await open('/admin')).status).toBe(200)
})

test('13.28: a password alone lets nobody in whose second factor is a passkey', async () => {
  const { ctx } = portal
  const session = await makeAdmin(ctx, 'admin', 'Uri Passkey')
  const device = makeDevice()
  const add = async (isVerified: boolean) => {
    const asked = good(await beginAddingPasskey(ctx, session))
    expect(asked.options.authenticatorSelection?.userVerification).toBe('required')
    const answer = device.make(asked.options, isVerified)
    return addPasskey(ctx, BY, session, { token: asked.token, answer, name: 'Key' })
  }
  // A device that verifies nobody is one factor.
  expect(await add(false)).toEqual({ ok: false, code: 'wrong' })
  good(await add(true))

  const { answer } = await enter('Uri Passkey')
  expect([answer.status, answer.cookies]).toEqual([400, {}])
  expect(answer.text).toContain('sign in with your passkey')
  const enterByPasskey = async (isVerified: boolean) => {
    const asked = good(await beginPasskeySignIn(ctx, freshVisitor()))
    const given = device.use(asked.options, session.admin.id, isVerified)
    return signInWithPasskey(ctx, freshVisitor(), { token: asked.token, answer: given })
  }
  expect(await enterByPasskey(false)).toEqual({ ok: false, code: 'wrong' })
  expect((await enterByPasskey(true)).ok).toBe(true)
})

test('13.28: an owner with a password alone is urged to have a second factor', async () => {
  portal.ctx.config.requireSecondFactor = false
  await makeAdmin(portal.ctx, 'owner', 'Ula Urged')
  await makeAdmin(portal.ctx, 'viewer', 'Uwe Viewer')
  const urged = 'You are an owner, and your password alone lets anybody in'
  const owner = await enter('Ula Urged')
  expect((await owner.open('/admin')).text).toContain(urged)
  const viewer = await enter('Uwe Viewer')
  expect((await viewer.open('/admin')).text).not.toContain(urged)
  portal.ctx.config.requireSecondFactor = true
})
