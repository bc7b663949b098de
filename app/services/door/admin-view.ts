import type { AdminRecord } from '#db/queries/people/admins.ts'
import { nameSkeleton } from '../name-skeleton.ts'
import { isName, isPlainText } from '../plain-text.ts'
import { refused, type Outcome } from '../outcome.ts'
import { ACTOR_STRANGER } from '../audit/note-access.ts'
import { UNKNOWN_NAME } from './note-sign-in.ts'

export type { Role } from '#db/queries/people/admins.ts'

/** An admin as owners see them and as the audit keeps them: which secrets exist, never their values. */
export interface AdminSummary {
  name: string
  role: AdminRecord['role']
  password: boolean
  secondFactor: boolean
  passkeys: number
  recoveryCodes: number
}

export interface AdminView extends AdminSummary {
  id: string
  createdAt: string
  lastSeenAt: string | null
}

export const summarise = (row: AdminRecord): AdminSummary => ({
  name: row.name,
  role: row.role,
  password: row.passwordHash !== null,
  secondFactor: row.totpSecret !== null,
  passkeys: row.passkeys,
  recoveryCodes: row.recoveryCodes,
})

export const viewAdmin = (row: AdminRecord): AdminView => ({
  ...summarise(row),
  id: row.id,
  createdAt: row.createdAt.toISOString(),
  lastSeenAt: row.lastSeenAt?.toISOString() ?? null,
})

export const ADMIN_NAME_CHARACTERS_MAX = 50
/** The portal's own actors in the audit: no admin may have a name that looks like one of them. */
export const ACTOR_SERVER = 'server'
const RESERVED = [
  'admin-token',
  ACTOR_SERVER,
  ACTOR_STRANGER,
  UNKNOWN_NAME,
  'portal',
  'system',
  'counterfoil',
].map(nameSkeleton)

/** An admin signs in with this name, and the audit keeps it. */
export function judgeAdminName(name: string): Outcome<null, 'invalid_name'> {
  const detail =
    !isName(name) || !isPlainText(name, ADMIN_NAME_CHARACTERS_MAX)
      ? `Use 1 to ${ADMIN_NAME_CHARACTERS_MAX} characters that can be seen, without line breaks and without spaces at either end.`
      : RESERVED.includes(nameSkeleton(name))
        ? 'The portal itself goes by this name: choose another.'
        : null
  return detail === null ? { ok: true, value: null } : refused('invalid_name', { detail })
}
