import { lockSigningKey, updateSigningKey } from '#db/queries/issuers/issuers.ts'
import type { Ctx } from '#app/context.ts'
import { isKid, isSlug, viewKey, type SigningKeyView } from './find-issuer.ts'
import { done, refused, type Outcome } from '../outcome.ts'
import { forgetPublicStates } from '../verify/receipt-state.ts'
import { recordChange, type Actor } from '../audit/record-change.ts'

export type RetireKeyRefusal = 'not_found' | 'already_revoked'

/**
 * The portal takes no new receipt by a retired key; its earlier receipts stay valid. Retiring twice
 * changes nothing. A revoked key stays revoked, because retiring it would make it trusted again.
 */
export async function retireKey(
  ctx: Ctx,
  by: Actor,
  { slug, kid, reason }: { slug: string; kid: string; reason: string | null },
): Promise<Outcome<SigningKeyView, RetireKeyRefusal>> {
  if (!isSlug(slug) || !isKid(kid)) return refused('not_found')
  const outcome = await recordChange<SigningKeyView, RetireKeyRefusal>(ctx, by, async (tx, now) => {
    const before = await lockSigningKey(tx, slug, kid)
    if (before === null) return { result: refused('not_found') }
    if (before.state === 'revoked') return { result: refused('already_revoked') }
    if (before.state === 'retired') return { result: done(viewKey(before)) }
    const after = viewKey(
      await updateSigningKey(tx, kid, { state: 'retired', retiredAt: await now(), reason }),
    )
    return {
      result: done(after),
      change: { action: 'signing_key.retire', subject: kid, before: viewKey(before), after },
    }
  })
  forgetPublicStates(ctx)
  return outcome
}
