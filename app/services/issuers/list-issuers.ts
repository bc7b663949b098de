import { selectIssuers, type IssuerRow } from '#db/queries/issuers/issuers.ts'
import type { Ctx } from '#app/context.ts'
import type { IssuerView } from './find-issuer.ts'
import { toPage, type Page } from '../outcome.ts'
import { nameBefore } from '../plain-text.ts'

/** An issuer without its keys. */
export type IssuerSummary = Omit<IssuerView, 'keys'>

export const viewIssuer = (row: IssuerRow): IssuerSummary => ({
  slug: row.slug,
  name: row.name,
  url: row.url,
  domainVerified: false,
  createdAt: row.createdAt.toISOString(),
})

/** Issuers in order of slug, after the slug `after`. */
export async function listIssuers(
  ctx: Ctx,
  { after, limit }: { after: string | null; limit: number },
): Promise<Page<IssuerSummary>> {
  const rows = await selectIssuers(ctx.db, nameBefore(after), limit + 1)
  return toPage(rows, limit, viewIssuer, (row) => row.slug)
}
