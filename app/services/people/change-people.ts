import {
  lockOwners,
  selectAdminRecord,
  selectAdminRecords,
  updateAdmin,
} from '#db/queries/people/admins.ts'
import { deleteChallengesOfAdmin } from '#db/queries/door/challenges.ts'
import { deleteInvitations, deleteInvitationsMadeBy } from '#db/queries/people/invitations.ts'
import { deletePasskeysOfAdmin } from '#db/queries/door/passkeys.ts'
import { replaceRecoveryCodes } from '#db/queries/door/recovery-codes.ts'
import type { Ctx } from '#app/context.ts'
import { viewAdmin, type AdminView, type Role } from '../door/admin-view.ts'
import { changeAdmin, isAdminId, type AdminChange } from '../door/change-admin.ts'
import { done, refused, toPage, type Outcome, type Page } from '../outcome.ts'
import { nameBefore } from '../plain-text.ts'
import type { Actor, Tx } from '../audit/record-change.ts'
import { closeSessionsOf } from '../door/session.ts'

/** In order of name, beginning after `after`. */
export async function listAdmins(
  ctx: Ctx,
  { after, limit }: { after: string | null; limit: number },
): Promise<Page<AdminView>> {
  const rows = await selectAdminRecords(ctx.db, nameBefore(after), limit + 1)
  return toPage(rows, limit, viewAdmin, (row) => row.nameKey)
}

export async function findAdmin(ctx: Ctx, id: string): Promise<AdminView | null> {
  const row = isAdminId(id) ? await selectAdminRecord(ctx.db, id) : null
  return row === null ? null : viewAdmin(row)
}

export type PeopleRefusal = 'not_found' | 'last_owner'

/** The new role counts from the next request: a session reads the role each time. */
export function changeRole(
  ctx: Ctx,
  by: Actor,
  id: string,
  role: Role,
): Promise<Outcome<null, PeopleRefusal>> {
  return withOwners(ctx, by, id, { action: 'admin.update', changed: 'role' }, role, (tx) =>
    updateAdmin(tx, id, { role }),
  )
}

/** The row stays, because the audit names the admin, but loses every way to sign in. */
export function removeAdmin(
  ctx: Ctx,
  by: Actor,
  id: string,
): Promise<Outcome<null, PeopleRefusal>> {
  const what = { action: 'admin.remove', changed: 'removed' } as const
  return withOwners(ctx, by, id, what, null, async (tx, now) => {
    await updateAdmin(tx, id, {
      passwordHash: null,
      totpSecret: null,
      totpStep: null,
      removedAt: await now(),
    })
    await deletePasskeysOfAdmin(tx, id)
    await replaceRecoveryCodes(tx, id, [])
    await deleteChallengesOfAdmin({ orm: tx }, id)
    await deleteInvitations(tx, 'recover', id)
    await closeSessionsOf(ctx, id, null, tx)
  })
}

/**
 * All owners' rows are locked before any role is read. Two owners who take away each other's role at
 * the same moment run one after the other, and the second finds that one owner is left.
 */
function withOwners(
  ctx: Ctx,
  by: Actor,
  id: string,
  what: Pick<AdminChange, 'action' | 'changed'>,
  role: Role | null,
  work: (tx: Tx, now: () => Promise<Date>) => Promise<void>,
): Promise<Outcome<null, PeopleRefusal>> {
  let owners = 0
  const first = async (tx: Tx) => {
    owners = await lockOwners(tx)
  }
  return changeAdmin<null, PeopleRefusal>(
    ctx,
    by,
    id,
    { ...what, first },
    async (tx, admin, now) => {
      if (admin.role === 'owner' && role !== 'owner') {
        if (owners < 2) return refused('last_owner')
        // An invitation made beforehand would let them come back as an owner.
        await deleteInvitationsMadeBy(tx, admin.name)
      }
      await work(tx, now)
      return done(null)
    },
  )
}
