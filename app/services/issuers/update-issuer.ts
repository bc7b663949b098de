import {
  lockIssuer,
  selectIssuers,
  selectKeysOfIssuer,
  updateIssuer as update,
} from '#db/queries/issuers/issuers.ts'
import type { Ctx } from '#app/context.ts'
import { isSlug, viewKey, type IssuerView } from './find-issuer.ts'
import { viewIssuer, type IssuerSummary } from './list-issuers.ts'
import { nameSkeleton } from '../name-skeleton.ts'
import { done, refused, type Outcome } from '../outcome.ts'
import { forgetPublicStates } from '../verify/receipt-state.ts'
import { spellWebsite } from './website.ts'
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
    const { name = before.name } = values
    const url = spellWebsite(values.url === undefined ? before.url : values.url)
    const skeleton = nameSkeleton(name)
    if (name === before.name && url === before.url && skeleton === before.nameSkeleton)
      return { result: done(viewIssuer(before)) }
    const after = await update(tx, slug, { name, nameSkeleton: skeleton, url })
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

const PORTAL: Actor = { actor: 'portal', address: null, requestId: null }
const PAGE_ISSUERS = 1_000

/**
 * Brings the issuers of an earlier release to this one's spelling of addresses and look of names. An
 * issuer whose name looks like another's by now keeps its old look.
 */
export async function respellIssuers(ctx: Ctx): Promise<void> {
  let after = ''
  for (;;) {
    const rows = await selectIssuers(ctx.db, after, PAGE_ISSUERS)
    for (const { slug, name, url, nameSkeleton: look } of rows)
      if (spellWebsite(url) !== url || nameSkeleton(name) !== look)
        await change(ctx, PORTAL, slug, {})
    if (rows.length < PAGE_ISSUERS) return
    after = rows.at(-1)!.slug
  }
}
