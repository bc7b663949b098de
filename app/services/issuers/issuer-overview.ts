import { selectIssuerOverviews } from '#db/queries/issuers/issuer-overviews.ts'
import type { Ctx } from '#app/context.ts'
import { toPage, type Page } from '../outcome.ts'
import { nameBefore } from '../plain-text.ts'

export interface IssuerOverview {
  slug: string
  name: string
  url: string | null
  createdAt: string
  activeSigningKeys: number
  usableApiKeys: number
  usedThisMonth: number
}

/** Issuers in order of slug, after the slug `after`. */
export async function listIssuerOverviews(
  ctx: Ctx,
  { after, limit }: { after: string | null; limit: number },
): Promise<Page<IssuerOverview>> {
  const rows = await selectIssuerOverviews(ctx.db.run, nameBefore(after), limit + 1)
  return toPage(
    rows,
    limit,
    (row) => ({ ...row, createdAt: new Date(row.createdAt).toISOString() }),
    (row) => row.slug,
  )
}
