import { lockAdmin, selectAdminRecord, type AdminRow } from '#db/queries/people/admins.ts'
import type { Ctx } from '#app/context.ts'
import { summarise } from './admin-view.ts'
import { refused, type Outcome } from '../outcome.ts'
import { recordChange, type Actor, type AuditAction, type Tx } from '../audit/record-change.ts'

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
export const isAdminId = (id: string): boolean => UUID.test(id)

export interface AdminChange {
  action: AuditAction
  changed: string
  /** Takes the locks that must come before the lock on the admin's own row. */
  first?: (tx: Tx) => Promise<void>
}

/**
 * Changes an admin: locks their row, runs `work`, and writes their summary before and after into
 * the audit. `changed` names a change that the summary doesn't show, such as a new password in the
 * place of another.
 */
export function changeAdmin<Value, Code extends string>(
  ctx: Ctx,
  by: Actor,
  id: string,
  { action, changed, first }: AdminChange,
  work: (tx: Tx, admin: AdminRow, now: () => Promise<Date>) => Promise<Outcome<Value, Code>>,
): Promise<Outcome<Value, Code | 'not_found'>> {
  if (!isAdminId(id)) return Promise.resolve(refused('not_found'))
  return recordChange<Value, Code | 'not_found'>(ctx, by, async (tx, now) => {
    await first?.(tx)
    const admin = await lockAdmin(tx, id)
    if (admin === null) return { result: refused('not_found') }
    const before = await selectAdminRecord({ orm: tx }, id)
    const result = await work(tx, admin, now)
    if (!result.ok) return { result }
    const after = await selectAdminRecord({ orm: tx }, id)
    return {
      result,
      change: {
        action,
        subject: admin.name,
        before: before === null ? null : summarise(before),
        after: after === null ? null : { ...summarise(after), changed },
      },
    }
  })
}
