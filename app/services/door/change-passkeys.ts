import {
  deletePasskey,
  insertPasskey,
  selectPasskeysOfAdmin,
  updatePasskeyName,
  type PasskeyRow,
} from '#db/queries/door/passkeys.ts'
import type { Ctx } from '#app/context.ts'
import { changeAdmin } from './change-admin.ts'
import { challengeBucket, takeAttempts } from './limit-attempts.ts'
import { done, refused, type Outcome } from '../outcome.ts'
import { beginRegistration, finishRegistration } from './passkey-ceremony.ts'
import type { Actor } from '../audit/record-change.ts'
import type { Session } from './session.ts'

/** Far more than one person's devices. */
const PASSKEYS_MAX = 20

export interface PasskeyView {
  id: string
  name: string
  createdAt: string
  lastUsedAt: string | null
}

const viewPasskey = (row: PasskeyRow): PasskeyView => ({
  id: row.id,
  name: row.name,
  createdAt: row.createdAt.toISOString(),
  lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
})

export const listPasskeys = async (ctx: Ctx, admin: string): Promise<PasskeyView[]> =>
  (await selectPasskeysOfAdmin(ctx.db, admin)).map(viewPasskey)

export async function beginAddingPasskey(
  ctx: Ctx,
  session: Session,
): Promise<Outcome<Awaited<ReturnType<typeof beginRegistration>>, 'too_many'>> {
  const { id, name } = session.admin
  const slow = await takeAttempts(ctx, [challengeBucket(id)])
  if (slow !== null) return slow
  const existing = await selectPasskeysOfAdmin(ctx.db, id)
  return done(await beginRegistration(ctx, 'add', { admin: id, name, existing }))
}

export async function addPasskey(
  ctx: Ctx,
  by: Actor,
  session: Session,
  { token, answer, name }: { token: string | null; answer: string; name: string },
): Promise<Outcome<null, 'wrong' | 'too_many' | 'not_found'>> {
  const made = await finishRegistration(ctx, 'add', token, answer)
  const { id } = session.admin
  if (made?.user !== id) return refused('wrong')
  const what = { action: 'admin.update', changed: 'passkey added' } as const
  return changeAdmin<null, 'wrong' | 'too_many'>(ctx, by, id, what, async (tx, _, now) => {
    if ((await selectPasskeysOfAdmin({ orm: tx }, id)).length >= PASSKEYS_MAX)
      return refused('too_many')
    const row = { ...made.passkey, admin: id, name, createdAt: await now(), lastUsedAt: null }
    return (await insertPasskey(tx, row)) ? done(null) : refused('wrong')
  })
}

export function renamePasskey(
  ctx: Ctx,
  by: Actor,
  admin: string,
  { id, name }: { id: string; name: string },
): Promise<Outcome<null, 'not_found'>> {
  const what = { action: 'admin.update', changed: 'passkey renamed' } as const
  return changeAdmin<null, 'not_found'>(ctx, by, admin, what, async (tx) =>
    (await updatePasskeyName(tx, admin, id, name)) ? done(null) : refused('not_found'),
  )
}

/** Refuses the last passkey of an admin without a password: they could never sign in again. */
export function removePasskey(
  ctx: Ctx,
  by: Actor,
  admin: string,
  id: string,
): Promise<Outcome<null, 'not_found' | 'last_way_in'>> {
  const what = { action: 'admin.update', changed: 'passkey removed' } as const
  return changeAdmin<null, 'not_found' | 'last_way_in'>(ctx, by, admin, what, async (tx, row) => {
    const left = (await selectPasskeysOfAdmin({ orm: tx }, admin)).filter((one) => one.id !== id)
    if (left.length === 0 && row.passwordHash === null) return refused('last_way_in')
    return (await deletePasskey(tx, admin, id)) ? done(null) : refused('not_found')
  })
}
