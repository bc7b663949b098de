import { lockSigningKey, updateSigningKey } from '#db/queries/issuers/issuers.ts'
import type { Ctx } from '#app/context.ts'
import { isKid, isSlug, viewKey, type SigningKeyView } from './find-issuer.ts'
import { done, refused, type Outcome } from '../outcome.ts'
import { raiseAlerts, revocationAlert } from '../alerts/raise-alert.ts'
import { forgetPublicStates } from '../verify/receipt-state.ts'
import { recordChange, type Actor } from '../audit/record-change.ts'

export type RevokeKeyRefusal = 'not_found' | 'already_revoked' | 'invalid_request'

/**
 * Revokes a signing key from now on, or from the earlier time at which it may have leaked: the cut.
 * A receipt received at or after the cut is revoked with the key. An earlier receipt stays valid,
 * because this portal saw it in time. A revocation is final: a second one could move the cut.
 */
export async function revokeKey(
  ctx: Ctx,
  by: Actor,
  {
    slug,
    kid,
    reason,
    compromisedSince,
  }: { slug: string; kid: string; reason: string; compromisedSince: Date | null },
): Promise<Outcome<SigningKeyView, RevokeKeyRefusal>> {
  if (!isSlug(slug) || !isKid(kid)) return refused('not_found')
  const outcome = await recordChange<SigningKeyView, RevokeKeyRefusal>(ctx, by, async (tx, now) => {
    const before = await lockSigningKey(tx, slug, kid)
    if (before === null) return { result: refused('not_found') }
    if (before.state === 'revoked') return { result: refused('already_revoked') }
    // Read after the lock: an earlier time could lie before a receipt that came in meanwhile.
    const revokedAt = await now()
    const flaw = compromisedSince === null ? null : findCutFlaw(compromisedSince, revokedAt)
    if (flaw !== null) {
      return {
        result: refused('invalid_request', { pointer: '/compromisedSince', detail: flaw }),
      }
    }
    const after = viewKey(
      await updateSigningKey(tx, kid, { state: 'revoked', revokedAt, compromisedSince, reason }),
    )
    // The alert is stored in the same transaction, so it goes out only if the revocation stands.
    await raiseAlerts(ctx, tx, [revocationAlert(slug, after)])
    return {
      result: done(after),
      change: { action: 'signing_key.revoke', subject: kid, before: viewKey(before), after },
    }
  })
  forgetPublicStates(ctx)
  return outcome
}

/** The flaw of a cut as a sentence, or null. */
export function findCutFlaw(cut: Date, now: Date): string | null {
  // Dates of the first centuries come back from the database as other dates.
  if (cut.getTime() < 0) return 'Can’t be before 1970.'
  return cut > now ? 'Can’t be in the future.' : null
}
