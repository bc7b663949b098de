import { insertIssuer, lockIssuer } from '#db/queries/issuers/issuers.ts'
import type { Ctx } from '#app/context.ts'
import type { IssuerView } from './find-issuer.ts'
import { viewIssuer } from './list-issuers.ts'
import { nameSkeleton } from '../name-skeleton.ts'
import { done, refused, type Outcome } from '../outcome.ts'
import { spellWebsite } from './website.ts'
import { recordChange, type Actor } from '../audit/record-change.ts'

export type CreateIssuerRefusal = 'slug_taken' | 'name_confusable'

export function createIssuer(
  ctx: Ctx,
  by: Actor,
  { slug, name, url }: { slug: string; name: string; url: string | null },
): Promise<Outcome<IssuerView, CreateIssuerRefusal>> {
  return recordChange<IssuerView, CreateIssuerRefusal>(ctx, by, async (tx, now) => {
    const row = {
      slug,
      name,
      nameSkeleton: nameSkeleton(name),
      url: spellWebsite(url),
      createdAt: await now(),
    }
    if (!(await insertIssuer(tx, row))) {
      // Slug and look of the name are both unique; the refusal says which one is taken.
      const isSlug = (await lockIssuer(tx, slug)) !== null
      return { result: refused(isSlug ? 'slug_taken' : 'name_confusable') }
    }
    return {
      result: done({ ...viewIssuer(row), keys: [] }),
      change: { action: 'issuer.create', subject: slug, before: null, after: viewIssuer(row) },
    }
  })
}
