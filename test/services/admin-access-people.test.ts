import { describe, expect, test } from 'vitest'
import { listAudit } from '#app/services/audit/list-audit.ts'
import { judgeAdminName } from '#app/services/door/admin-view.ts'
import {
  changeRole,
  findAdmin,
  listAdmins,
  removeAdmin,
} from '#app/services/people/change-people.ts'
import {
  cancelInvitation,
  findInvitation,
  inviteAdmin,
  inviteFirstOwner,
  listInvitations,
  recoverOwner,
} from '#app/services/people/invite-admin.ts'
import { joinWithPassword } from '#app/services/people/join.ts'
import { findSession } from '#app/services/door/session.ts'
import { signIn } from '#app/services/door/sign-in.ts'
import { BY, freshVisitor, good, makeAdmin, PASSWORD, tokenOf } from '../support/admins.ts'
import { portalTest } from '../support/portal-test.ts'

const { portal } = portalTest()

const HOUR = 60 * 60_000
const join = (url: string, name: string, password = PASSWORD) =>
  joinWithPassword(portal.ctx, freshVisitor(), { token: tokenOf(url), name, password })
const refusal = (code: string) => ({ ok: false, code })
const tokens = async () => {
  const rows = await portal.ctx.db.run(
    `select t::text from invitations t union all select t::text from audit_entries t`,
    [],
  )
  return JSON.stringify(rows)
}

describe('the set-up link', () => {
  test('of the last start works, those of earlier ones do not', async () => {
    const [first, second] = [await inviteFirstOwner(portal.ctx), await inviteFirstOwner(portal.ctx)]
    expect(first).toMatch(/^http:\/\/portal\.test\/admin\/join\/[\w-]{43}$/)
    expect(await findInvitation(portal.ctx, tokenOf(first!))).toEqual(refusal('unknown'))
    expect(await findInvitation(portal.ctx, tokenOf(second!))).toMatchObject({ ok: true })
    expect(await tokens()).not.toContain(tokenOf(second!))
  })

  test('expires after an hour', async () => {
    const url = (await inviteFirstOwner(portal.ctx))!
    portal.advance(HOUR)
    expect(await join(url, 'Late Owner')).toEqual(refusal('expired'))
  })

  test('makes one owner, however many use it at once, and is then no longer made', async () => {
    const url = (await inviteFirstOwner(portal.ctx))!
    const names = ['Ann', 'Bob', 'Cat', 'Dan', 'Eve', 'Fay']
    const answers = await Promise.all(names.map((name) => join(url, name)))
    expect(answers.filter((one) => one.ok)).toHaveLength(1)
    expect(answers.filter((one) => !one.ok && one.code === 'used')).toHaveLength(5)
    const { items } = await listAdmins(portal.ctx, { after: null, limit: 10 })
    expect(items).toMatchObject([{ role: 'owner', password: true, passkeys: 0 }])
    expect(await inviteFirstOwner(portal.ctx)).toBe(null)
  })
})

describe('an invitation', () => {
  test('lets one person in, in the role that was chosen, for seven days', async () => {
    const { url } = good(await inviteAdmin(portal.ctx, BY, 'admin'))
    portal.advance(6 * 24 * HOUR)
    const session = await findSession(portal.ctx, good(await join(url, 'Gil Invited')))
    expect(session?.admin).toMatchObject({ name: 'Gil Invited', role: 'admin' })
    expect(await join(url, 'Second Person')).toEqual(refusal('used'))
    const late = good(await inviteAdmin(portal.ctx, BY, 'admin'))
    portal.advance(7 * 24 * HOUR)
    expect(await join(late.url, 'Late Person')).toEqual(refusal('expired'))
  })

  test('makes one admin, however many use it at once', async () => {
    const { url } = good(await inviteAdmin(portal.ctx, BY, 'viewer'))
    const names = ['Hanna', 'Ivan', 'Jana', 'Karl', 'Lena']
    const answers = await Promise.all(names.map((name) => join(url, name)))
    expect(answers.filter((one) => one.ok)).toHaveLength(1)
  })

  test('is not used up by a name or a password that is refused', async () => {
    const { url } = good(await inviteAdmin(portal.ctx, BY, 'viewer'))
    expect(await join(url, 'gil  invited')).toEqual(refusal('name_taken'))
    expect(await join(url, 'Mia Weak', 'short')).toMatchObject(refusal('weak_password'))
    expect(await join(url, '')).toMatchObject(refusal('invalid_name'))
    expect(await join(url, 'Mia Strong')).toMatchObject({ ok: true })
  })

  test('can be cancelled while nobody used it', async () => {
    const { url } = good(await inviteAdmin(portal.ctx, BY, 'owner'))
    const [open] = await listInvitations(portal.ctx)
    expect(open).toMatchObject({ role: 'owner', createdBy: 'somebody' })
    expect(await cancelInvitation(portal.ctx, BY, open!.id)).toMatchObject({ ok: true })
    expect(await cancelInvitation(portal.ctx, BY, open!.id)).toEqual(refusal('not_found'))
    expect(await join(url, 'Nobody New')).toEqual(refusal('unknown'))
  })

  test('is an unguessable link, and nonsense is none', async () => {
    for (const token of ['', 'x', 'A'.repeat(43), '../..', `${'A'.repeat(42)}%`])
      expect(await findInvitation(portal.ctx, token)).toEqual(refusal('unknown'))
  })
})

test('nobody takes a name that the portal itself goes by, or that can’t be seen', () => {
  for (const name of [
    'admin-token',
    'Admin-Token',
    'server',
    'SERVER',
    'Portal',
    '',
    ' a',
    '\u200b',
  ])
    expect(judgeAdminName(name).ok, name).toBe(false)
  for (const name of ['Ann', '王芳', 'José María', 'a']) expect(judgeAdminName(name).ok).toBe(true)
})

describe('people', () => {
  test('a role changes with the next click, and a removed admin is out at once', async () => {
    const session = await makeAdmin(portal.ctx, 'viewer', 'Nora Moves')
    const typed = { name: 'Nora Moves', password: PASSWORD }
    const { token } = good(await signIn(portal.ctx, freshVisitor(), typed))
    good(await changeRole(portal.ctx, BY, session.admin.id, 'admin'))
    expect((await findSession(portal.ctx, token))?.admin.role).toBe('admin')
    good(await removeAdmin(portal.ctx, BY, session.admin.id))
    expect(await findSession(portal.ctx, token)).toBe(null)
    expect(await findAdmin(portal.ctx, session.admin.id)).toBe(null)
    expect(await removeAdmin(portal.ctx, BY, session.admin.id)).toEqual(refusal('not_found'))
    const { url } = good(await inviteAdmin(portal.ctx, BY, 'viewer'))
    // The audit names them, so nobody else may be called so.
    expect(await join(url, 'Nora Moves')).toEqual(refusal('name_taken'))
  })

  test('the last owner stays one, also when two take away each other’s role at once', async () => {
    const all = await listAdmins(portal.ctx, { after: null, limit: 100 })
    for (let round = 0; round < 4; round++) {
      const owners = all.items.filter(({ role }) => role === 'owner').map(({ id }) => id)
      for (const letter of ['x', 'y'])
        owners.push(
          (await makeAdmin(portal.ctx, 'owner', `Ox ${letter}${'abcd'[round]!}`)).admin.id,
        )
      const acts = owners.map((id, i) =>
        i % 2 === round % 2
          ? changeRole(portal.ctx, BY, id, 'viewer')
          : removeAdmin(portal.ctx, BY, id),
      )
      const answers = await Promise.all(acts)
      const refusals = answers.filter((one) => !one.ok)
      expect(refusals).toEqual([refusal('last_owner')])
      const { items } = await listAdmins(portal.ctx, { after: null, limit: 100 })
      const left = items.filter(({ role }) => role === 'owner')
      expect(left).toHaveLength(1)
      all.items = left
    }
  })

  test('are listed a part at a time, in order of name', async () => {
    const seen: string[] = []
    for (let after: string | null = null; ;) {
      const page: Awaited<ReturnType<typeof listAdmins>> = await listAdmins(portal.ctx, {
        after,
        limit: 2,
      })
      seen.push(...page.items.map(({ id }) => id))
      if (page.next === null) break
      after = page.next
    }
    const { items } = await listAdmins(portal.ctx, { after: null, limit: 100 })
    expect(seen).toEqual(items.map(({ id }) => id))
    expect(seen.length).toBeGreaterThan(4)
  })

  test('are changed only together with an audit entry that holds no secret', async () => {
    const { admin } = await makeAdmin(portal.ctx, 'viewer', 'Pam Audited')
    good(await changeRole(portal.ctx, BY, admin.id, 'admin'))
    good(await removeAdmin(portal.ctx, BY, admin.id))
    const entries = await portal.ctx.db.run<{ action: string; actor: string; before: unknown }>(
      `select action, actor, address, before, after from audit_entries
       where subject = 'Pam Audited' order by at, id`,
      [],
    )
    expect(entries).toMatchObject([
      { action: 'admin.join', actor: 'Pam Audited', before: null, after: { role: 'viewer' } },
      {
        action: 'admin.update',
        actor: 'somebody',
        before: { role: 'viewer' },
        after: { role: 'admin', changed: 'role' },
      },
      { action: 'admin.remove', actor: 'somebody', before: { role: 'admin' }, after: null },
    ])
    expect(await tokens()).not.toMatch(/argon2|lantern/)
  })
})

describe('a lost owner', () => {
  test('comes back by a link of the server, and whatever let them in before is gone', async () => {
    await makeAdmin(portal.ctx, 'owner', 'Rob Lost')
    const typed = { name: 'Rob Lost', password: PASSWORD }
    const { token } = good(await signIn(portal.ctx, freshVisitor(), typed))
    const first = good(await recoverOwner(portal.ctx, 'rob lost'))
    const url = good(await recoverOwner(portal.ctx, 'Rob Lost'))
    expect(await join(first, '')).toEqual(refusal('unknown'))
    expect((await findSession(portal.ctx, token))?.admin.name).toBe('Rob Lost')
    const came = good(await join(url, '', 'an entirely new lantern'))
    expect((await findSession(portal.ctx, came))?.admin).toMatchObject({ role: 'owner' })
    expect(await findSession(portal.ctx, token)).toBe(null)
    expect(await signIn(portal.ctx, freshVisitor(), typed)).toEqual(refusal('wrong'))
    expect(await join(url, '', 'an entirely new lantern')).toEqual(refusal('used'))
  })

  test('stands in the audit by the name that the link tells, not by what was typed', async () => {
    const { admin } = await makeAdmin(portal.ctx, 'owner', 'Una Recovered')
    const url = good(await recoverOwner(portal.ctx, admin.name))
    good(await join(url, 'somebody else', 'an entirely new lantern'))
    const { items } = await listAudit(portal.ctx, {
      action: 'admin.recover',
      subject: admin.name,
      after: null,
      limit: 1,
    })
    expect(items).toMatchObject([{ actor: admin.name }])
  })

  test('is an owner: for others an owner makes a new invitation', async () => {
    await makeAdmin(portal.ctx, 'admin', 'Sue Admin')
    const answer = await recoverOwner(portal.ctx, 'Sue Admin')
    expect(answer).toMatchObject({ ok: false, code: 'not_an_owner' })
    expect(answer).toMatchObject({ detail: expect.stringContaining('Rob Lost') as string })
  })

  test('has an hour', async () => {
    const url = good(await recoverOwner(portal.ctx, 'Rob Lost'))
    portal.advance(HOUR)
    expect(await join(url, '', 'an entirely new lantern')).toEqual(refusal('expired'))
  })
})
