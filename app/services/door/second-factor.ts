import { Buffer } from 'node:buffer'
import {
  lockAdmin,
  selectAdmin,
  selectAdminRecord,
  updateAdmin,
} from '#db/queries/people/admins.ts'
import {
  replaceRecoveryCodes,
  selectRecoveryCodes,
  updateRecoveryCodeUsed,
} from '#db/queries/door/recovery-codes.ts'
import type { Ctx } from '#app/context.ts'
import { changeAdmin } from './change-admin.ts'
import {
  createRecoveryCodes,
  createTotpSecret,
  describeTotp,
  hashRecoveryCode,
  readTotpStep,
} from './one-time-code.ts'
import { done, refused, type Outcome } from '../outcome.ts'
import type { Actor, Tx } from '../audit/record-change.ts'
import { markOf, type SeenRefusal } from '../audit/seen-mark.ts'
import { sealSecret, unsealSecret } from '../seal-secret.ts'

export interface NewSecondFactor {
  /** The form sends it back with the first code; the database keeps nothing until then. */
  sealed: string
  secret: string
  uri: string
}

/** Makes a secret; it becomes the second factor when a code proves that an app has it. */
export function beginSecondFactor(
  ctx: Ctx,
  { id, name }: { id: string; name: string },
  sealedBefore?: string,
): NewSecondFactor {
  const before = unseal(ctx, id, sealedBefore)
  const secret = before ?? createTotpSecret(ctx)
  return {
    sealed:
      before !== null && sealedBefore !== undefined
        ? sealedBefore
        : Buffer.from(sealSecret(ctx, 'totp-begun', id, secret)).toString('base64url'),
    ...describeTotp(ctx, secret, name),
  }
}

const unseal = (ctx: Ctx, id: string, sealed: string | undefined): Uint8Array | null =>
  sealed === undefined
    ? null
    : unsealSecret(ctx, 'totp-begun', id, Buffer.from(sealed, 'base64url'))

/** The mark of the admin's present second factor, or of none, for the form that sets one up. */
export const markSecondFactor = async (ctx: Ctx, id: string): Promise<string> =>
  markOf(ctx, (await selectAdmin(ctx.db, id))?.totpSecret ?? null)

/** The mark of the admin's present recovery codes, for the form that replaces them. */
export const markRecoveryCodes = async (
  ctx: Ctx,
  id: string,
  tx: Tx = ctx.db.orm,
): Promise<string> => markOf(ctx, Buffer.concat(await selectRecoveryCodes({ orm: tx }, id)))

/** This answer alone holds the recovery codes. */
export function switchOnSecondFactor(
  ctx: Ctx,
  by: Actor,
  id: string,
  { sealed, code, seen }: { sealed: string; code: string; seen?: string },
): Promise<Outcome<string[], 'wrong_code' | 'not_found' | SeenRefusal>> {
  const what = { action: 'admin.update', changed: 'second factor switched on' } as const
  return changeAdmin<string[], 'wrong_code' | SeenRefusal>(ctx, by, id, what, async (tx, admin) => {
    if (seen !== undefined && seen !== markOf(ctx, admin.totpSecret))
      return refused('changed_meanwhile')
    const secret = unseal(ctx, id, sealed)
    const totpStep = secret === null ? null : readTotpStep(ctx, secret, code)
    if (secret === null || totpStep === null) return refused('wrong_code')
    const { codes, hashes } = createRecoveryCodes(ctx)
    await updateAdmin(tx, id, { totpSecret: sealSecret(ctx, 'totp', id, secret), totpStep })
    await replaceRecoveryCodes(tx, id, hashes)
    return done(codes)
  })
}

export function switchOffSecondFactor(
  ctx: Ctx,
  by: Actor,
  id: string,
): Promise<Outcome<null, 'not_found'>> {
  const what = { action: 'admin.update', changed: 'second factor switched off' } as const
  return changeAdmin<null, never>(ctx, by, id, what, async (tx) => {
    await updateAdmin(tx, id, { totpSecret: null, totpStep: null })
    await replaceRecoveryCodes(tx, id, [])
    return done(null)
  })
}

/** Makes a new set of codes; the old ones stop working. */
export function renewRecoveryCodes(
  ctx: Ctx,
  by: Actor,
  id: string,
  seen?: string,
): Promise<Outcome<string[], 'no_second_factor' | 'not_found' | SeenRefusal>> {
  type Refusal = 'no_second_factor' | SeenRefusal
  const what = { action: 'admin.update', changed: 'recovery codes' } as const
  return changeAdmin<string[], Refusal>(ctx, by, id, what, async (tx, admin) => {
    if (admin.totpSecret === null) return refused('no_second_factor')
    if (seen !== undefined && seen !== (await markRecoveryCodes(ctx, id, tx)))
      return refused('changed_meanwhile')
    const { codes, hashes } = createRecoveryCodes(ctx)
    await replaceRecoveryCodes(tx, id, hashes)
    return done(codes)
  })
}

/** Whether this portal demands a second factor that the admin does not have. */
export async function lacksSecondFactor(ctx: Ctx, id: string): Promise<boolean> {
  if (!ctx.config.requireSecondFactor) return false
  const admin = await selectAdminRecord(ctx.db, id)
  return admin !== null && admin.totpSecret === null && admin.passkeys === 0
}

/** The judgement of a typed code. */
export const wayOfCode = (typed: string): 'code' | 'recovery code' =>
  hashRecoveryCode(typed) === null ? 'code' : 'recovery code'

/**
 * Accepts a code of the app that is newer than the last accepted one, or an unused recovery code.
 * The admin's row is locked, so that the second of two requests with the same code finds it used.
 */
export async function checkSecondFactor(
  ctx: Ctx,
  by: Actor,
  id: string,
  typed: string,
): Promise<boolean> {
  const isApp = await ctx.db.transaction(async (tx) => {
    const admin = await lockAdmin(tx, id)
    const secret =
      admin?.totpSecret == null ? null : unsealSecret(ctx, 'totp', id, admin.totpSecret)
    const step = secret === null ? null : readTotpStep(ctx, secret, typed)
    if (step === null || step <= (admin?.totpStep ?? -1)) return false
    await updateAdmin(tx, id, { totpStep: step })
    return true
  })
  if (isApp) return true
  const hash = hashRecoveryCode(typed)
  if (hash === null) return false
  const what = { action: 'admin.update', changed: 'recovery code used' } as const
  const used = await changeAdmin<null, 'wrong_code'>(ctx, by, id, what, async (tx, _, now) =>
    (await updateRecoveryCodeUsed(tx, id, hash, await now())) ? done(null) : refused('wrong_code'),
  )
  return used.ok
}
