import { Buffer } from 'node:buffer'
import { insertAuditEntry, type Tx } from '#db/queries/audit/audit.ts'
import { selectNow } from '#db/queries/clock.ts'
import type { Ctx } from '#app/context.ts'
import { done, type Outcome } from '../outcome.ts'
import { claimSending, settleSending, type Sending } from './sending.ts'

export type { Tx } from '#db/queries/audit/audit.ts'

/** The person or token that asks for a change, and the address it came from. */
export interface Actor {
  /** `admin-token`, or an admin's name. */
  readonly actor: string
  /** The network address of the request; null for the portal's own acts. */
  readonly address: string | null
  readonly requestId: string | null
  /** Left out where the change may be sent again as another change. */
  readonly sending?: Sending
}

/** The audit keeps this for ever: never a secret, a secret's hash, a private key or content. */
export interface Change {
  action: AuditAction
  /** In the place of the given actor, where the change itself tells who acted. */
  actor?: string
  subject: string
  before: object | null
  after: object | null
}

export type AuditAction =
  | 'issuer.create'
  | 'issuer.update'
  | 'signing_key.publish'
  | 'signing_key.retire'
  | 'signing_key.revoke'
  | 'api_key.create'
  | 'api_key.update'
  | 'api_key.rotate'
  | 'api_key.revoke'
  | 'receipt.revoke'
  | 'content.erase'
  | 'admin.join'
  | 'admin.invite'
  | 'admin.update'
  | 'admin.remove'
  | 'admin.recover'
  | 'webhook.create'
  | 'webhook.update'
  | 'webhook.remove'
  | 'webhook.test'
  | 'webhook.resend'
  | AccessAction

/** Ways in, taken or refused; note-access.ts writes them. */
export type AccessAction =
  | 'access.signed_in'
  | 'access.sign_in_failed'
  | 'access.role_refused'
  | 'access.form_refused'
  | 'access.token_refused'
  | 'access.left_out'

/**
 * Every change of an admin goes this way: one transaction writes the change and its audit entry, so
 * that neither ever exists without the other. `work` leaves `change` out if it changed nothing. `now`
 * is the database's time, because it is compared with the times of receipts. A second sending of the
 * same request gets the first one's value, and `work` does not run.
 */
export function recordChange<Value, Code extends string>(
  ctx: Ctx,
  by: Actor,
  work: (
    tx: Tx,
    now: () => Promise<Date>,
  ) => Promise<{ result: Outcome<Value, Code>; change?: Change }>,
): Promise<Outcome<Value, Code>> {
  // Copied before `work` runs: the audit names the actor that was handed over.
  const { actor, address, requestId, sending } = by
  return ctx.db.transaction(async (tx) => {
    const before = sending === undefined ? null : await claimSending(ctx, tx, sending)
    if (before !== null) return done(before.value as Value)
    const { result, change } = await work(tx, () => selectNow(tx))
    if (change !== undefined) await writeEntry(ctx, tx, { actor, address, requestId, ...change })
    if (sending !== undefined) await settleSending(ctx, tx, sending, result, change?.subject ?? '')
    return result
  })
}

export const writeEntry = async (ctx: Ctx, tx: Tx, entry: Actor & Change): Promise<void> =>
  insertAuditEntry(tx, { id: randomUuid(ctx), at: await selectNow(tx), ...entry })

/** A UUID of version 4 (RFC 9562). */
export function randomUuid(ctx: Ctx): string {
  const bytes = Buffer.from(ctx.random(16))
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
