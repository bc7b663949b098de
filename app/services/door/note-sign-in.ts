import type { Ctx } from '#app/context.ts'
import { ACTOR_STRANGER, noteAccess } from '../audit/note-access.ts'
import type { Tx } from '../audit/record-change.ts'
import type { Session } from './session.ts'
import type { Visitor } from './sign-in.ts'

/** The subject of a try with a name that no admin has. No admin may have this name. */
export const UNKNOWN_NAME = 'unknown name'

export const noteSignIn = (
  ctx: Ctx,
  { address, requestId, userAgent }: Visitor,
  name: string,
  by: string,
  tx: Tx,
): Promise<void> =>
  noteAccess(
    ctx,
    { actor: name, address, requestId },
    { action: 'access.signed_in', subject: name, after: { by, browser: userAgent.slice(0, 300) } },
    tx,
  )

interface Failure {
  by: string
  /** The admin whose way in was tried; null for a name that nobody has. */
  whose: string | null
  why: string
  /** An admin's open session in which the proof was asked for. */
  session?: Session | null
}

export const noteFailedSignIn = (
  ctx: Ctx,
  { address, requestId }: Pick<Visitor, 'address' | 'requestId'>,
  { by, whose, why, session = null }: Failure,
): Promise<void> =>
  noteAccess(
    ctx,
    { actor: session?.admin.name ?? ACTOR_STRANGER, address, requestId },
    {
      action: 'access.sign_in_failed',
      subject: whose ?? UNKNOWN_NAME,
      after: { by, why, ...(session === null ? {} : { at: 'a confirmation in an open session' }) },
    },
  )
