import type { Ctx } from '#app/context.ts'
import { findIssuerWithUse, type IssuerWithUse } from '#app/services/issuers/list-signing-keys.ts'
import {
  previewKeyChange,
  type KeyChangePreview,
} from '#app/services/issuers/preview-key-change.ts'

const nowhere = (): Response => new Response(null, { status: 404 })

/** The issuer in the address, or a 404. */
export async function needIssuer(ctx: Ctx, slug: string | undefined): Promise<IssuerWithUse> {
  const issuer = await findIssuerWithUse(ctx, slug ?? '')
  if (issuer === null) throw nowhere()
  return issuer
}

/** The signing key in the address, with the effect of a cut at this time (null: now). */
export async function needSigningKey(
  ctx: Ctx,
  { slug, kid }: { slug?: string | undefined; kid?: string | undefined },
  cut: Date | null = null,
): Promise<KeyChangePreview> {
  const preview = await previewKeyChange(ctx, slug ?? '', kid ?? '', cut)
  if (preview === null) throw nowhere()
  return preview
}
