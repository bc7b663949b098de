import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { lockAdmin } from '#db/queries/people/admins.ts'
import { inviteAdmin, recoverOwner } from '#app/services/people/invite-admin.ts'
import { beginJoiningWithPasskey, joinWithPasskey } from '#app/services/people/join.ts'
import { beginSecondFactor, switchOnSecondFactor } from '#app/services/door/second-factor.ts'
import { findSession } from '#app/services/door/session.ts'
import { finishSignIn } from '#app/services/door/sign-in.ts'
import { beginPasskeySignIn, signInWithPasskey } from '#app/services/door/use-passkey.ts'
import { appCode, BY, freshVisitor, good, tokenOf } from '../support/admins.ts'
import { makeDevice } from '../support/device.ts'
import { portalTest } from '../support/portal-test.ts'

const { portal } = portalTest()

const wrong = { ok: false, code: 'wrong' }

type Device = ReturnType<typeof makeDevice>

/** All but the last step of coming in by a link with a passkey alone. */
async function prepareJoin(url: string, name: string, device: Device) {
  const { ctx } = portal
  const token = tokenOf(url)
  const asked = good(await beginJoiningWithPasskey(ctx, freshVisitor(), { token, name }))
  const values = { token, name, challenge: asked.token, answer: device.make(asked.options) }
  return async () => good(await joinWithPasskey(ctx, freshVisitor(), values))
}

interface Owner {
  id: string
  name: string
  device: Device
}

async function makeOwner(name: string): Promise<Owner> {
  const device = makeDevice()
  const { url } = good(await inviteAdmin(portal.ctx, BY, 'owner'))
  const join = await prepareJoin(url, name, device)
  const session = await findSession(portal.ctx, await join())
  return { id: session!.admin.id, name, device }
}

async function signIn({ device, id }: Owner, isVerified = true) {
  const asked = good(await beginPasskeySignIn(portal.ctx, freshVisitor()))
  const answer = device.use(asked.options, id, isVerified)
  return signInWithPasskey(portal.ctx, freshVisitor(), { token: asked.token, answer })
}

const prepareRecovery = async ({ name }: Owner) =>
  prepareJoin(good(await recoverOwner(portal.ctx, name)), name, makeDevice())

const countSessions = async (admin: string): Promise<number> => {
  const rows = await portal.ctx.db.run('select 1 from sessions where admin = $1', [admin])
  return rows.length
}

/** Until so many of this database's connections stand before a lock. */
async function untilWaiting(count: number): Promise<void> {
  for (;;) {
    const rows = await portal.ctx.db.run(
      `select 1 from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`,
      [],
    )
    if (rows.length >= count) return
    await sleep(5)
  }
}

/**
 * A recovery and a sign-in that began before it: the sign-in's answer is found good while the
 * recovery waits for the owner's row, and what it writes comes after. Who waits first is first.
 */
async function raceRecovery(owner: Owner, isVerified = true) {
  const recover = await prepareRecovery(owner)
  const held = await portal.ctx.db.transaction(async (tx) => {
    await lockAdmin(tx, owner.id)
    const recovering = recover()
    await untilWaiting(1)
    const entering = signIn(owner, isVerified)
    await untilWaiting(2)
    // Not awaited here: they wait for this transaction's end.
    return { recovering, entering }
  })
  return { session: await held.recovering, entered: await held.entering }
}

describe('a passkey that a recovery takes away', () => {
  test('lets its owner in before, and nobody after', async () => {
    const owner = await makeOwner('Ada Before')
    expect(await signIn(owner)).toMatchObject({ ok: true, value: { kind: 'session' } })
    const recover = await prepareRecovery(owner)
    await recover()
    expect(await signIn(owner)).toEqual(wrong)
  })

  test('lets nobody in who was found good before and whose session would come after', async () => {
    const owner = await makeOwner('Bea Racing')
    const { session, entered } = await raceRecovery(owner)
    expect(entered).toEqual(wrong)
    expect(await findSession(portal.ctx, session)).not.toBe(null)
    expect(await countSessions(owner.id)).toBe(1)
  })

  test('is worth nothing as the first of two steps either, when the second comes after', async () => {
    const owner = await makeOwner('Cleo Racing')
    await switchOn(owner)
    const { entered } = await raceRecovery(owner, false)
    // The question for a code was asked; the account has meanwhile another passkey and another app.
    const { token, kind } = good(entered)
    expect(kind).toBe('second-factor')
    const secret = await switchOn(owner)
    portal.advance(30_000)
    const code = appCode(secret, portal.ctx.now())
    expect((await finishSignIn(portal.ctx, freshVisitor(), token, code)).ok).toBe(false)
    expect(await countSessions(owner.id)).toBe(1)
  })
})

/** Gives the app's secret. */
async function switchOn({ id, name }: Owner): Promise<string> {
  const begun = beginSecondFactor(portal.ctx, { id, name })
  const code = appCode(begun.secret, portal.ctx.now())
  good(await switchOnSecondFactor(portal.ctx, BY, id, { sealed: begun.sealed, code }))
  return begun.secret
}
