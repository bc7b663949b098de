import {
  lockIssuer,
  selectKeysOfIssuer,
  updateIssuer as update,
} from '#db/queries/issuers/issuers.ts'
import type { Ctx } from '#app/context.ts'
import { isSlug, viewKey, type IssuerView } from './find-issuer.ts'
import { viewIssuer, type IssuerSummary } from './list-issuers.ts'
import { nameSkeleton } from '../name-skeleton.ts'
import { done, refused, type Outcome } from '../outcome.ts'
import { forgetPublicStates } from '../verify/receipt-state.ts'
import { recordChange, type Actor } from '../audit/record-change.ts'

export type UpdateIssuerRefusal = 'not_found' | 'name_confusable'

/** The slug stands in every receipt, so only name and address can change. */
export async function updateIssuer(
  ctx: Ctx,
  by: Actor,
  slug: string,
  values: { name?: string | undefined; url?: string | null | undefined },
): Promise<Outcome<IssuerView, UpdateIssuerRefusal>> {
  if (!isSlug(slug)) return refused('not_found')
  const outcome = await change(ctx, by, slug, values)
  if (!outcome.ok) return outcome
  forgetPublicStates(ctx)
  const keys = await selectKeysOfIssuer(ctx.db, slug)
  return done({ ...outcome.value, keys: keys.map(viewKey) })
}

function change(
  ctx: Ctx,
  by: Actor,
  slug: string,
  values: { name?: string | undefined; url?: string | null | undefined },
): Promise<Outcome<IssuerSummary, UpdateIssuerRefusal>> {
  return recordChange<IssuerSummary, UpdateIssuerRefusal>(ctx, by, async (tx) => {
    const before = await lockIssuer(tx, slug)
    if (before === null) return { result: refused('not_found') }
    const { name = before.name, url = before.url } = values
    if (name === before.name && url === before.url) return { result: done(viewIssuer(before)) }
    const after = await update(tx, slug, { name, nameSkeleton: nameSkeleton(name), url })
    if (after === null) return { result: refused('name_confusable') }
    return {
      result: done(viewIssuer(after)),
      change: {
        action: 'issuer.update',
        subject: slug,
        before: viewIssuer(before),
        after: viewIssuer(after),
      },
    }
  })
}
