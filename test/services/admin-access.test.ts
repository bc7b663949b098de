import { parseOptions, verify } from '@node-rs/argon2'
import { describe, expect, test, vi } from 'vitest'
import { changePassword } from '#app/services/door/change-password.ts'
import { removeAdmin } from '#app/services/people/change-people.ts'
import { addressBucket, passwordBuckets, takeAttempts } from '#app/services/door/limit-attempts.ts'
import { forgetExpired } from '#app/services/forget-expired.ts'
import { DUMMY_HASH, judgePassword, PASSWORD_COST } from '#app/services/door/password.ts'
import { findSession, type Session } from '#app/services/door/session.ts'
import { confirmPassword, signIn } from '#app/services/door/sign-in.ts'
import { BY, freshVisitor, good, makeAdmin, PASSWORD } from '../support/admins.ts'
import { portalTest } from '../support/portal-test.ts'

// The real one, whose calls are counted.
vi.mock('@node-rs/argon2', async (load) => {
  const real = await load<typeof import('@node-rs/argon2')>()
  return { ...real, verify: vi.fn(real.verify) }
})

const { portal } = portalTest()

const wrong = { ok: false, code: 'wrong' }
const tooMany = { ok: false, code: 'too_many' }
const MINUTE = 60_000

describe('a password', () => {
  test('is kept as argon2id at OWASP’s cost, and the dummy costs the same', async () => {
    const { admin } = await makeAdmin(portal.ctx, 'viewer', 'Ada Cost')
    const [row] = await portal.ctx.db.run<{ password_hash: string }>(
      'select password_hash from admins where id = $1',
      [admin.id],
    )
    const { memoryCost, timeCost, parallelism } = PASSWORD_COST
    for (const kept of [row!.password_hash, DUMMY_HASH]) {
      expect(kept).toMatch(/^\$argon2id\$v=19\$/)
      expect(parseOptions(kept)).toMatchObject({ memoryCost, timeCost, parallelism, outputLen: 32 })
    }
    expect(memoryCost).toBeGreaterThanOrEqual(19_456)
  })

  test.each([
    ['short one', /at least 10/],
    ['x'.repeat(201), /at most 200/],
    ['passwordpassword', /first passwords/],
    ['aaaaaaaaaaaaaa', /first passwords/],
    ['Grace Hopper', /your name/],
    ['grace  hopper', /your name/],
  ])('%s is refused with a sentence', (password, sentence) => {
    const judged = judgePassword(password, 'Grace Hopper')
    expect(judged).toMatchObject({ ok: false, detail: expect.stringMatching(sentence) as string })
  })

  test('may be any ten characters: no rule about kinds of them', () => {
    for (const password of [
      'jihgfedcbz',
      'ten spaces',
      '🦆🪿🦢🦉🐦🐧🐤🐣🐥🦜',
      'y'.repeat(150) + 'abc',
    ])
      expect(judgePassword(password, 'Somebody').ok).toBe(true)
  })

  test('is the same however the keyboard composed it', async () => {
    await makeAdmin(portal.ctx, 'viewer', 'Zoe Composed', 'caf\u00e9 au lait, two')
    const typed = { name: 'Zoe Composed', password: 'cafe\u0301 au lait, two' }
    expect((await signIn(portal.ctx, freshVisitor(), typed)).ok).toBe(true)
  })
})

describe('signing in', () => {
  test('opens a new session each time', async () => {
    await makeAdmin(portal.ctx, 'viewer', 'Bea New')
    const typed = { name: 'bea new', password: PASSWORD }
    const first = good(await signIn(portal.ctx, freshVisitor(), typed))
    const second = good(await signIn(portal.ctx, freshVisitor(), typed))
    expect(first.kind).toBe('session')
    expect(first.token).not.toBe(second.token)
    expect((await findSession(portal.ctx, first.token))?.admin.name).toBe('Bea New')
  })

  test('answers an unknown name, a wrong password and a removed admin alike', async () => {
    await makeAdmin(portal.ctx, 'viewer', 'Cy Known')
    const gone = await makeAdmin(portal.ctx, 'viewer', 'Di Gone')
    await removeAdmin(portal.ctx, BY, gone.admin.id)
    for (const [name, password] of [
      ['Cy Known', 'not the password'],
      ['Nobody At All', PASSWORD],
      ['Di Gone', PASSWORD],
      ['', PASSWORD],
      ['Cy Known', ''],
    ] as const)
      expect(await signIn(portal.ctx, freshVisitor(), { name, password })).toEqual(wrong)
  })

  test('does the same work for an unknown name as for a wrong password', async () => {
    const { admin } = await makeAdmin(portal.ctx, 'viewer', 'Ed Timed')
    const [row] = await portal.ctx.db.run<{ password_hash: string }>(
      'select password_hash from admins where id = $1',
      [admin.id],
    )
    // The two hashes cost the same: so says the first test of this file.
    for (const [name, hash] of [
      ['Ed Timed', row!.password_hash],
      ['Nobody Timed', DUMMY_HASH],
    ] as const) {
      vi.mocked(verify).mockClear()
      await signIn(portal.ctx, freshVisitor(), { name, password: 'not the password' })
      expect(vi.mocked(verify).mock.calls).toEqual([[hash, 'not the password']])
    }
  })

  test('an attack on one name gets five guesses from one network, and then one a minute', async () => {
    await makeAdmin(portal.ctx, 'viewer', 'Flo Attacked')
    for (const name of ['Flo Attacked', 'Nobody Attacked']) {
      const from = freshVisitor()
      const guess = () => signIn(portal.ctx, from, { name, password: 'a wrong guess' })
      const answers = await Promise.all(Array.from({ length: 15 }, guess))
      // Exactly, however close together: no guess slips through between looking and counting.
      expect(answers.filter((one) => !one.ok && one.code === 'wrong')).toHaveLength(5)
      expect(answers.filter((one) => !one.ok && one.code === 'too_many')).toHaveLength(10)
      // Not for ever: a minute later one more is judged.
      portal.advance(MINUTE)
      expect(await guess()).toEqual(wrong)
    }
  })

  test('13.27: one stranger’s guesses keep an admin out of no other network', async () => {
    await makeAdmin(portal.ctx, 'viewer', 'Fay Elsewhere')
    const typed = { name: 'Fay Elsewhere', password: PASSWORD }
    const stranger = freshVisitor()
    const guess = () => signIn(portal.ctx, stranger, { ...typed, password: 'a wrong guess' })
    for (let i = 0; i < 12; i++) await guess()
    expect(await guess()).toMatchObject(tooMany)
    expect((await signIn(portal.ctx, freshVisitor(), typed)).ok).toBe(true)
  })

  test('13.27: a crowd of networks gets a hundred guesses at a name and then thirty a minute', async () => {
    await makeAdmin(portal.ctx, 'viewer', 'Fox Crowded')
    let at = portal.ctx.now()
    const still = { ...portal.ctx, now: () => at }
    const guess = () =>
      takeAttempts(still, passwordBuckets({ ...freshVisitor(), isKnown: false }, 'crowded', null))
    const first = await Promise.all(Array.from({ length: 110 }, guess))
    expect(first.filter((one) => one === null)).toHaveLength(100)
    at += MINUTE
    const later = await Promise.all(Array.from({ length: 40 }, guess))
    expect(later.filter((one) => one === null)).toHaveLength(30)
  })

  test('13.27: a refusal says how long to wait, and after that time one try is judged', async () => {
    const from = freshVisitor()
    let at = portal.ctx.now()
    const still = { ...portal.ctx, now: () => at }
    const bucket = addressBucket(from.address)
    while ((await takeAttempts(still, [bucket])) === null);
    const refusal = await takeAttempts(still, [bucket])
    expect(refusal).toEqual({ ...tooMany, waitSeconds: 6 })
    at += 5_000
    expect(await takeAttempts(still, [bucket])).toEqual({ ...tooMany, waitSeconds: 1 })
    at += 1_000
    expect(await takeAttempts(still, [bucket])).toBe(null)
  })

  test('an attack from one address gets twenty guesses and then ten a minute, whatever the names', async () => {
    const from = freshVisitor()
    // A clock that stands: on a busy machine judging twenty passwords takes long enough for more.
    let at = portal.ctx.now()
    const guess = (i: number) =>
      signIn({ ...portal.ctx, now: () => at }, from, {
        name: `Name ${'qrstu'[i % 5]!}${i}`,
        password: 'a wrong guess',
      })
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => guess(i)))
    expect(answers.filter((one) => !one.ok && one.code === 'wrong')).toHaveLength(20)
    at += MINUTE
    const later = await Promise.all(Array.from({ length: 30 }, (_, i) => guess(i + 50)))
    expect(later.filter((one) => !one.ok && one.code === 'wrong')).toHaveLength(10)
  })

  test('an address that is refused does not empty the bucket of a name', async () => {
    await makeAdmin(portal.ctx, 'viewer', 'Gus Spared')
    const from = freshVisitor()
    while ((await takeAttempts(portal.ctx, [addressBucket(from.address)])) === null);
    const typed = { name: 'Gus Spared', password: 'a wrong guess' }
    for (let i = 0; i < 10; i++)
      expect(await signIn(portal.ctx, from, typed)).toMatchObject(tooMany)
    const own = { name: 'Gus Spared', password: PASSWORD }
    expect((await signIn(portal.ctx, freshVisitor(), own)).ok).toBe(true)
  })

  test('13.29: a text that only begins like a long password is a wrong one', async () => {
    // Letters of four parts each: as long as a password may be typed, 200 characters when composed.
    const password = '\u1f82\u1f83\u1f84\u1f85'.repeat(50).normalize('NFD')
    expect(password).toHaveLength(800)
    await makeAdmin(portal.ctx, 'viewer', 'Lea Long', password)
    const name = 'Lea Long'
    const longer = { name, password: `${password}x` }
    expect(await signIn(portal.ctx, freshVisitor(), longer)).toEqual(wrong)
    expect((await signIn(portal.ctx, freshVisitor(), { name, password })).ok).toBe(true)
  })

  test('what succeeds is not counted as a guess', async () => {
    await makeAdmin(portal.ctx, 'viewer', 'Hal Often')
    const from = freshVisitor()
    for (let i = 0; i < 30; i++)
      expect((await signIn(portal.ctx, from, { name: 'Hal Often', password: PASSWORD })).ok).toBe(
        true,
      )
  })

  test('a clock that is set back gives no guesses and takes none away for ever', async () => {
    const from = freshVisitor()
    const bucket = addressBucket(from.address)
    for (let i = 0; i < 20; i++) expect(await takeAttempts(portal.ctx, [bucket])).toBe(null)
    portal.advance(-10 * MINUTE)
    expect(await takeAttempts(portal.ctx, [bucket])).toMatchObject(tooMany)
    portal.advance(11 * MINUTE)
    expect(await takeAttempts(portal.ctx, [bucket])).toBe(null)
  })

  test('keeps neither the names that were tried nor where they came from', async () => {
    const from = { ...freshVisitor(), address: '203.0.113.77' }
    await signIn(portal.ctx, from, { name: 'secret-name-tried', password: 'hunter2hunter2' })
    const rows = await portal.ctx.db.run<{ bucket: string }>('select bucket from attempts', [])
    expect(JSON.stringify(rows)).not.toMatch(/203\.0|secret-name|hunter2/)
    portal.advance(25 * 60 * MINUTE)
    await forgetExpired(portal.ctx)
    expect(await portal.ctx.db.run('select 1 from attempts', [])).toEqual([])
  })
})

describe('a new password', () => {
  const change = (session: Session, current: string | null = PASSWORD) =>
    changePassword(portal.ctx, BY, freshVisitor(), session, {
      current,
      password: 'another lantern, another bay',
    })

  test('13.23: is taken from somebody who knows the current one, and guesses are slowed down', async () => {
    const session = await makeAdmin(portal.ctx, 'viewer', 'Lea Current')
    const typed = { name: 'Lea Current', password: PASSWORD }
    for (const current of [null, '', 'a wrong guess', 'another lantern, another bay'])
      expect(await change(session, current)).toEqual(wrong)
    expect((await signIn(portal.ctx, freshVisitor(), typed)).ok).toBe(true)
    expect(await change(session, 'a fifth guess')).toEqual(wrong)
    expect(await change(session)).toMatchObject(tooMany)
    portal.advance(MINUTE)
    expect((await change(session)).ok).toBe(true)
  })

  test('ends every session but this one, and what was begun with the old one', async () => {
    const session = await makeAdmin(portal.ctx, 'viewer', 'Ivy Changed')
    const typed = { name: 'Ivy Changed', password: PASSWORD }
    const other = good(await signIn(portal.ctx, freshVisitor(), typed))
    const changed = await change(session)
    expect(changed.ok).toBe(true)
    expect(await findSession(portal.ctx, other.token)).toBe(null)
    const [{ count }] = (await portal.ctx.db.run<{ count: number }>(
      'select count(*)::int as count from sessions where admin = $1',
      [session.admin.id],
    )) as [{ count: number }]
    expect(count).toBe(1)
    expect(await signIn(portal.ctx, freshVisitor(), typed)).toEqual(wrong)
  })

  test('leaves no session to whoever was signing in with the old one at that moment', async () => {
    for (let round = 0; round < 5; round++) {
      const session = await makeAdmin(portal.ctx, 'viewer', `Jo Race ${'abcde'[round]!}`)
      const typed = { name: session.admin.name, password: PASSWORD }
      const [changed, ...entered] = await Promise.all([
        change(session),
        ...Array.from({ length: 4 }, () => signIn(portal.ctx, freshVisitor(), typed)),
      ])
      expect(changed.ok).toBe(true)
      for (const one of entered)
        if (one.ok) expect(await findSession(portal.ctx, one.value.token)).toBe(null)
    }
  })

  test('is asked for again before a sensitive act, at the same rate as at the door', async () => {
    const session = await makeAdmin(portal.ctx, 'viewer', 'Kim Confirms')
    const from = freshVisitor()
    const say = (password: string) =>
      confirmPassword(portal.ctx, from, session, { password, code: null })
    expect((await say(PASSWORD)).ok).toBe(true)
    for (let i = 0; i < 5; i++) expect(await say('a wrong guess')).toEqual(wrong)
    expect(await say(PASSWORD)).toMatchObject(tooMany)
  })
})
