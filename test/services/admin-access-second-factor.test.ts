import { describe, expect, test } from 'vitest'
import { beginSecondFactor, renewRecoveryCodes } from '#app/services/door/second-factor.ts'
import { switchOffSecondFactor, switchOnSecondFactor } from '#app/services/door/second-factor.ts'
import { findSession } from '#app/services/door/session.ts'
import { finishSignIn, signIn } from '#app/services/door/sign-in.ts'
import { appCode, BY, freshVisitor, good, makeAdmin, PASSWORD } from '../support/admins.ts'
import { portalTest } from '../support/portal-test.ts'

const { portal } = portalTest()

const wrong = { ok: false, code: 'wrong' }
const tooMany = { ok: false, code: 'too_many' }
const MINUTE = 60_000

describe('the second factor', () => {
  async function withSecondFactor(name: string) {
    const session = await makeAdmin(portal.ctx, 'viewer', name)
    const begun = beginSecondFactor(portal.ctx, session.admin)
    const code = appCode(begun.secret, portal.ctx.now())
    const values = { sealed: begun.sealed, code }
    const codes = good(await switchOnSecondFactor(portal.ctx, BY, session.admin.id, values))
    // The code that switched it on is used up.
    portal.advance(30_000)
    const enter = async () => {
      const typed = { name, password: PASSWORD }
      const entered = good(await signIn(portal.ctx, freshVisitor(), typed))
      expect(entered.kind).toBe('second-factor')
      expect(await findSession(portal.ctx, entered.token)).toBe(null)
      return entered.token
    }
    const finish = (token: string, typed: string) =>
      finishSignIn(portal.ctx, freshVisitor(), token, typed)
    const now = () => appCode(begun.secret, portal.ctx.now())
    return { session, begun, codes, enter, finish, now }
  }

  test('is switched on only by a right code, and nothing of it is kept before', async () => {
    const { admin } = await makeAdmin(portal.ctx, 'viewer', 'Liv First')
    const begun = beginSecondFactor(portal.ctx, admin)
    const right = appCode(begun.secret, portal.ctx.now())
    for (const code of ['000000', right.slice(0, 5), '', appCode(begun.secret, 0)].filter(
      (one) => one !== right,
    )) {
      const values = { sealed: begun.sealed, code }
      const refusal = await switchOnSecondFactor(portal.ctx, BY, admin.id, values)
      expect(refusal).toEqual({ ok: false, code: 'wrong_code' })
    }
    const forged = { sealed: 'A'.repeat(64), code: right }
    expect((await switchOnSecondFactor(portal.ctx, BY, admin.id, forged)).ok).toBe(false)
    expect(beginSecondFactor(portal.ctx, admin, begun.sealed)).toEqual(begun)
    const typed = { name: 'Liv First', password: PASSWORD }
    expect(good(await signIn(portal.ctx, freshVisitor(), typed)).kind).toBe('session')
  })

  test('asks for a code after the password, and takes each code once', async () => {
    const { enter, finish, now } = await withSecondFactor('Max Second')
    const token = await enter()
    expect(await finish(token, '123')).toEqual(wrong)
    const code = now()
    const entered = good(await finish(token, code))
    expect((await findSession(portal.ctx, entered.token))?.admin.name).toBe('Max Second')
    // The challenge and the code are both used up.
    expect(await finish(token, code)).toEqual({ ok: false, code: 'expired' })
    expect(await finish(await enter(), code)).toEqual(wrong)
    portal.advance(30_000)
    expect((await finish(await enter(), now())).ok).toBe(true)
  })

  test('of two that bring one code at once, one comes in', async () => {
    const { enter, finish, now } = await withSecondFactor('Ned Twice')
    const tokens = [await enter(), await enter(), await enter(), await enter()]
    const code = now()
    const answers = await Promise.all(tokens.map((token) => finish(token, code)))
    expect(answers.filter((one) => one.ok)).toHaveLength(1)
  })

  test('can be replaced by a recovery code, each once, however it is typed', async () => {
    const { session, codes, enter, finish } = await withSecondFactor('Oda Recovers')
    expect(new Set(codes).size).toBe(10)
    // 13.28: 120 bits each.
    expect(codes[0]).toMatch(/^[a-z2-7]{4}(-[a-z2-7]{4}){5}$/)
    expect((await finish(await enter(), codes[0]!.toUpperCase().replaceAll('-', ' '))).ok).toBe(
      true,
    )
    expect(await finish(await enter(), codes[0]!)).toEqual(wrong)
    const again = good(await renewRecoveryCodes(portal.ctx, BY, session.admin.id))
    expect(await finish(await enter(), codes[1]!)).toEqual(wrong)
    expect((await finish(await enter(), again[1]!)).ok).toBe(true)
  })

  test('lets nobody guess: five codes, then one in five minutes', async () => {
    const { enter, now } = await withSecondFactor('Pia Guessed')
    const token = await enter()
    const stranger = freshVisitor()
    const guess = (code: string) => finishSignIn(portal.ctx, stranger, token, code)
    const guesses = await Promise.all(
      Array.from({ length: 20 }, () => guess('0000 0000 0000 0000')),
    )
    expect(guesses.filter((one) => !one.ok && one.code === 'wrong')).toHaveLength(5)
    expect(await guess(now())).toMatchObject(tooMany)
    portal.advance(5 * MINUTE)
    expect((await guess(now())).ok).toBe(true)
  })

  test('13.27: wrong codes from one network keep the admin out of no other', async () => {
    const { enter, finish, now } = await withSecondFactor('Pam Elsewhere')
    const token = await enter()
    const stranger = freshVisitor()
    for (let i = 0; i < 12; i++) await finishSignIn(portal.ctx, stranger, token, '000 000')
    expect(await finishSignIn(portal.ctx, stranger, token, now())).toMatchObject(tooMany)
    expect((await finish(token, now())).ok).toBe(true)
    // A crowd that knows the password has thirty codes, and then one a minute.
    const second = await enter()
    const guesses = []
    for (let i = 0; i < 35; i++)
      guesses.push(await finishSignIn(portal.ctx, freshVisitor(), second, '000 000'))
    const judged = guesses.filter((one) => !one.ok && one.code === 'wrong')
    expect(judged.length).toBeGreaterThan(20)
    expect(judged.length).toBeLessThan(30)
  })

  test('is forgotten ten minutes after the password', async () => {
    const { enter, finish, now } = await withSecondFactor('Quin Slow')
    const token = await enter()
    portal.advance(10 * MINUTE)
    expect(await finish(token, now())).toEqual({ ok: false, code: 'expired' })
  })

  test('leaves no secret in the database, the audit or the log', async () => {
    const { begun, codes, session } = await withSecondFactor('Ria Secret')
    const bare = begun.secret.replaceAll(' ', '')
    const tables = ['admins', 'recovery_codes', 'challenges', 'audit_entries']
    const texts = await Promise.all(
      tables.map((table) => portal.ctx.db.run(`select t::text from ${table} t`, [])),
    )
    const everything = (JSON.stringify(texts) + portal.logged()).toLowerCase()
    for (const secret of [bare, begun.secret, begun.sealed, ...codes, PASSWORD, 'argon2id$'])
      expect(everything.includes(secret.toLowerCase())).toBe(secret === 'argon2id$')
    const audit = await portal.ctx.db.run('select * from audit_entries', [])
    expect(JSON.stringify(audit)).not.toContain('argon2id')
    expect((await switchOffSecondFactor(portal.ctx, BY, session.admin.id)).ok).toBe(true)
    const typed = { name: 'Ria Secret', password: PASSWORD }
    expect(good(await signIn(portal.ctx, freshVisitor(), typed)).kind).toBe('session')
  })
})
