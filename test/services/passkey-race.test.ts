import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { lockAdmin } from '#db/queries/people/admins.ts'
import { inviteAdmin, recoverOwner } from '#app/services/people/invite-admin.ts'
import { beginJoiningWithPasskey, joinWithPasskey } from '#app/services/people/join.ts'
import { userHandle } from '#app/services/door/passkey-ceremony.ts'
import { beginSecondFactor, switchOnSecondFactor } from '#app/services/door/second-factor.ts'
import { findSession } from '#app/services/door/session.ts'
import { finishSignIn } from '#app/services/door/sign-in.ts'
import { beginPasskeySignIn, signInWithPasskey } from '#app/services/door/use-passkey.ts'
import { appCode, BY, freshVisitor, good, tokenOf } from '../support/admins.ts'
import { portalTest } from '../support/portal-test.ts'
import { PUBLIC_URL } from '../support/portal.ts'

const { portal } = portalTest()

const wrong = { ok: false, code: 'wrong' }

const sha256 = (bytes: string | Uint8Array): Buffer => createHash('sha256').update(bytes).digest()
const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')

/** Present, and the person verified or not; the last bit says that a credential follows. */
const FLAGS = { present: 0x01, verified: 0x04, credential: 0x40 }

/** An authenticator as a browser stands in front of it: one Ed25519 credential, no counter. */
function makeDevice() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const id = randomBytes(16)
  const clientData = (type: string, challenge: string) =>
    Buffer.from(JSON.stringify({ type, challenge, origin: PUBLIC_URL, crossOrigin: false }))
  const authData = (flags: number, credential = Buffer.alloc(0)) =>
    Buffer.concat([
      sha256(new URL(PUBLIC_URL).hostname),
      Buffer.from([flags]),
      Buffer.alloc(4),
      credential,
    ])
  const answer = (response: object) =>
    JSON.stringify({
      id: base64url(id),
      rawId: base64url(id),
      type: 'public-key',
      clientExtensionResults: {},
      response,
    })
  return {
    make: ({ challenge }: { challenge: string }): string => {
      const credential = Buffer.concat([
        Buffer.alloc(16),
        Buffer.from([0, id.length]),
        id,
        coseOf(publicKey),
      ])
      const bytes = authData(FLAGS.present | FLAGS.verified | FLAGS.credential, credential)
      return answer({
        clientDataJSON: base64url(clientData('webauthn.create', challenge)),
        attestationObject: base64url(unattested(bytes)),
      })
    },
    use: ({ challenge }: { challenge: string }, admin: string, isVerified = true): string => {
      const client = clientData('webauthn.get', challenge)
      const bytes = authData(FLAGS.present | (isVerified ? FLAGS.verified : 0))
      return answer({
        clientDataJSON: base64url(client),
        authenticatorData: base64url(bytes),
        signature: base64url(sign(null, Buffer.concat([bytes, sha256(client)]), privateKey)),
        userHandle: userHandle(admin),
      })
    },
  }
}

/** CBOR: { 1: 1 (OKP), 3: -8 (EdDSA), -1: 6 (Ed25519), -2: the key } */
const coseOf = (key: KeyObject): Buffer =>
  Buffer.concat([
    Buffer.from('a4010103272006215820', 'hex'),
    key.export({ type: 'spki', format: 'der' }).subarray(-32),
  ])

/** CBOR: { fmt: "none", attStmt: {}, authData: the bytes } */
const unattested = (authData: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from('a363666d74646e6f6e656761747453746d74a0686175746844617461', 'hex'),
    Buffer.from([0x58, authData.length]),
    authData,
  ])

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
