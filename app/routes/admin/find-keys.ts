import { redirect } from '@remix-run/node'
import type { Ctx } from '#app/context.server.ts'
import { findApiKeyOverview, type ApiKeyOverview } from '#app/services/api-key-overview.ts'
import { findIssuer } from '#app/services/find-issuer.ts'
import { findIssuerWithUse, type IssuerWithUse } from '#app/services/list-signing-keys.ts'
import { previewKeyChange, type KeyChangePreview } from '#app/services/preview-key-change.ts'

const nowhere = (): Response => new Response(null, { status: 404 })

/** The issuer of the address, or the page that says that there is none. */
export async function needIssuer(ctx: Ctx, slug: string | undefined): Promise<IssuerWithUse> {
  const issuer = await findIssuerWithUse(ctx, slug ?? '')
  if (issuer === null) throw nowhere()
  return issuer
}

/** The signing key of the address, with what a cut at this moment (null: now) would change. */
export async function needSigningKey(
  ctx: Ctx,
  { slug, kid }: { slug?: string | undefined; kid?: string | undefined },
  cut: Date | null = null,
): Promise<KeyChangePreview> {
  const preview = await previewKeyChange(ctx, slug ?? '', kid ?? '', cut)
  if (preview === null) throw nowhere()
  return preview
}

/** An API key that can still be changed; a revoked one's own page says that it can't. */
export async function needUsableApiKey(ctx: Ctx, id: string | undefined): Promise<ApiKeyOverview> {
  const apiKey = await findApiKeyOverview(ctx, id ?? '')
  if (apiKey === null) throw nowhere()
  if (apiKey.state === 'revoked') throw wasRevoked(apiKey.id)
  return apiKey
}

export const wasRevoked = (id: string): Response =>
  redirect(`/admin/api-keys/${id}?done=was-revoked`)

/** Whether an issuer has a published key whose receipts are taken. */
export async function canSign(ctx: Ctx, slug: string): Promise<boolean> {
  const issuer = await findIssuer(ctx, slug)
  return issuer?.keys.some(({ state }) => state === 'active') ?? false
}
