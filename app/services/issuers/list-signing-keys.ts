import { selectKeyUses } from '#db/queries/issuers/key-receipts.ts'
import type { Ctx } from '#app/context.ts'
import { findIssuer, type IssuerView, type SigningKeyView } from './find-issuer.ts'
import { showKeyState, type ShownKeyState } from './signing-key-state.ts'

/** A signing key with its use, as admins see it. */
export interface UsedSigningKey extends SigningKeyView {
  shownState: ShownKeyState
  firstReceivedAt: string | null
  lastReceivedAt: string | null
}

export interface IssuerWithUse extends Omit<IssuerView, 'keys'> {
  keys: UsedSigningKey[]
}

const toTime = (ms: number | null): string | null =>
  ms === null ? null : new Date(ms).toISOString()

/** An issuer with the use of each of its keys, active keys first. */
export async function findIssuerWithUse(ctx: Ctx, slug: string): Promise<IssuerWithUse | null> {
  const issuer = await findIssuer(ctx, slug)
  if (issuer === null) return null
  const uses = new Map((await selectKeyUses(ctx.db.run, slug)).map((use) => [use.kid, use]))
  const used = issuer.keys.map((key) => ({
    ...key,
    firstReceivedAt: toTime(uses.get(key.kid)?.firstReceivedAt ?? null),
    lastReceivedAt: toTime(uses.get(key.kid)?.lastReceivedAt ?? null),
  }))
  const keys = used.map((key) => ({ ...key, shownState: showKeyState(key, used) }))
  const order: ShownKeyState[] = ['active', 'next', 'retired', 'revoked']
  keys.sort(
    (a, b) =>
      order.indexOf(a.shownState) - order.indexOf(b.shownState) ||
      b.publishedAt.localeCompare(a.publishedAt),
  )
  return { ...issuer, keys }
}
