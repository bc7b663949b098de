import type { Ctx } from '#app/context.ts'
import { HOUR_MS, SECOND_MS } from '#app/values/duration.ts'
import { countedNetwork } from '#app/values/network-address.ts'
import { writeEntry, type AccessAction, type Actor, type Tx } from './record-change.ts'

/** The actor of a request that nobody known sent. No admin may have this name. */
export const ACTOR_STRANGER = 'stranger'

export interface Access {
  action: Exclude<AccessAction, 'access.left_out'>
  /** The admin whose way in it is, or the address that was asked for. */
  subject: string
  /** Never a typed name or a secret: people type passwords into the field of the name. */
  after: Record<string, string>
}

interface Allowance {
  depth: number
  perHour: number
}
/** The audit is kept for ever, so strangers must not fill it: one network, and all of them. */
const ONE_NETWORK: Allowance = { depth: 10, perHour: 10 }
const ALL_NETWORKS: Allowance = { depth: 200, perHour: 20 }

const SUBJECT_CHARACTERS_MAX = 200

/**
 * Writes one audit entry and one log line. A good sign-in is always written, in its own transaction
 * `tx`, so that no session exists without its entry. A refusal is answered even where its entry can't be
 * written.
 */
export async function noteAccess(ctx: Ctx, by: Actor, access: Access, tx?: Tx): Promise<void> {
  if (access.action !== 'access.signed_in' && !isWithinAllowance(ctx, by, access)) {
    ctx.leftOut.count++
    return
  }
  const { action, after } = access
  const subject = access.subject.slice(0, SUBJECT_CHARACTERS_MAX)
  const { address, requestId } = by
  ctx.log[action === 'access.signed_in' ? 'info' : 'warn'](
    { requestId, address, action, ...after },
    'access',
  )
  const written = writeEntry(ctx, tx ?? ctx.db.orm, { ...by, action, subject, before: null, after })
  await (tx === undefined
    ? written.catch((err: unknown) => ctx.log.warn({ err, requestId }, 'an access was not noted'))
    : written)
}

function isWithinAllowance(ctx: Ctx, by: Actor, { action }: Access): boolean {
  const take = (key: string, { depth, perHour }: Allowance) => {
    const rate = { tokensMax: depth, tokensPerSecond: (perHour * SECOND_MS) / HOUR_MS }
    return ctx.strangers.take(`${action} ${key}`, rate, ctx.now()).retryAfterSeconds === null
  }
  return take(countedNetwork(by.address ?? ''), ONE_NETWORK) && take('all', ALL_NETWORKS)
}

/** Tells the number of the refusals that were left out, in one entry and one line. */
export async function tellLeftOut(ctx: Ctx): Promise<void> {
  const { count } = ctx.leftOut
  if (count === 0) return
  const portal = { actor: 'portal', address: null, requestId: null }
  const subject = count === 1 ? '1 refusal' : `${count} refusals`
  const entry = { action: 'access.left_out', subject, before: null } as const
  await writeEntry(ctx, ctx.db.orm, { ...portal, ...entry, after: { count } })
  ctx.leftOut.count -= count
  ctx.log.warn({ count }, 'refusals were left out of the audit and this log')
}
