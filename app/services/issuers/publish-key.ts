import { admitKey, readJwk, thumbprint } from '#receipt/key.ts'
import { readKeyProof } from '#receipt/key-proof.ts'
import { insertSigningKey, selectIssuer } from '#db/queries/issuers/issuers.ts'
import type { Ctx } from '#app/context.ts'
import { isSlug, viewKey, type SigningKeyView } from './find-issuer.ts'
import { done, refused, type Outcome } from '../outcome.ts'
import { recordChange, type Actor } from '../audit/record-change.ts'
import { forgetPublicStates } from '../verify/receipt-state.ts'

export const PROOF_CHARACTERS_MAX = 8_192
const PROOF_AGE_MS_MAX = 10 * 60_000
/** The signer's clock may be this far ahead of ours. */
const PROOF_AHEAD_MS_MAX = 60_000

export type PublishKeyRefusal =
  'not_found' | 'private_key_sent' | 'weak_key' | 'invalid_proof' | 'key_taken'

/**
 * Publishes a signing key for an issuer, for good: a key is retired or revoked, never deleted. The
 * key is admitted before its proof is looked at, because with a weak key any proof would hold.
 */
export async function publishKey(
  ctx: Ctx,
  by: Actor,
  slug: string,
  given: { jwk: unknown; proof: string },
): Promise<Outcome<SigningKeyView, PublishKeyRefusal>> {
  const jwk = readJwk(given.jwk)
  if (!jwk.ok) return refused(jwk.code, { detail: `${jwk.message}.`, pointer: '/jwk' })
  const { publicKey } = jwk
  const admission = admitKey(publicKey)
  if (!admission.ok) {
    return refused('weak_key', { detail: `${admission.message}.`, pointer: '/jwk/x' })
  }
  const outcome = await recordChange<SigningKeyView, PublishKeyRefusal>(
    ctx,
    by,
    async (tx, now) => {
      if (!isSlug(slug) || (await selectIssuer({ orm: tx }, slug)) === null)
        return { result: refused('not_found') }
      // A second sending of the same request never comes here, although its proof may be old by then.
      const flaw = await findFlaw(ctx, slug, publicKey, given.proof)
      if (flaw !== null)
        return { result: refused('invalid_proof', { detail: flaw, pointer: '/proof' }) }
      const row = {
        kid: thumbprint(publicKey),
        issuer: slug,
        publicKey,
        state: 'active' as const,
        publishedAt: await now(),
        retiredAt: null,
        revokedAt: null,
        compromisedSince: null,
        reason: null,
      }
      if (!(await insertSigningKey(tx, row))) return { result: refused('key_taken') }
      const after = viewKey(row)
      return {
        result: done(after),
        change: {
          action: 'signing_key.publish',
          subject: row.kid,
          before: null,
          after: { issuer: slug, ...after },
        },
      }
    },
  )
  if (outcome.ok) forgetPublicStates(ctx)
  return outcome
}

/**
 * The flaw of a proof of possession as a sentence, or null. A proof names the issuer and this
 * portal, so that it can't be shown for another issuer or to another portal. A proof is young, so
 * that one found in an old log is useless.
 */
async function findFlaw(
  ctx: Ctx,
  slug: string,
  publicKey: Uint8Array,
  given: string,
): Promise<string | null> {
  const reading = readKeyProof(given)
  if (!reading.ok) return reading.message
  const { header, claims, signature, signingInput } = reading.proof
  if (header.kid !== thumbprint(publicKey)) return 'Its kid is not the thumbprint of this key.'
  if (claims.iss !== slug) return `Its iss must be “${slug}”.`
  if (claims.aud !== ctx.config.publicUrl) return `Its aud must be “${ctx.config.publicUrl}”.`
  const age = ctx.now() - claims.iat * 1000
  if (age > PROOF_AGE_MS_MAX) return 'It is more than ten minutes old.'
  if (age < -PROOF_AHEAD_MS_MAX) return 'It is dated in the future; set the signer’s clock.'
  if (!(await ctx.engine.verify(publicKey, signingInput, signature)))
    return 'Its signature is not by this key.'
  return null
}
