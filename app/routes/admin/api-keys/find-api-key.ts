import { redirect } from '@remix-run/node'
import type { Ctx } from '#app/context.ts'
import { findApiKeyOverview, type ApiKeyOverview } from '#app/services/api-keys/api-key-overview.ts'
import { SCOPES_TO_POST } from '#app/services/api-keys/scopes.ts'
import { findIssuer } from '#app/services/issuers/find-issuer.ts'

/** The API key in the address, or a 404. */
export async function needApiKey(ctx: Ctx, id: string | undefined): Promise<ApiKeyOverview> {
  const apiKey = await findApiKeyOverview(ctx, id ?? '')
  if (apiKey === null) throw new Response(null, { status: 404 })
  return apiKey
}

/** An API key that can still be changed; a revoked one redirects to its page, which says so. */
export async function needUsableApiKey(ctx: Ctx, id: string | undefined): Promise<ApiKeyOverview> {
  const apiKey = await needApiKey(ctx, id)
  if (apiKey.state === 'revoked') throw wasRevoked(apiKey.id)
  return apiKey
}

export const wasRevoked = (id: string): Response =>
  redirect(`/admin/api-keys/${id}?done=was-revoked`)

/** Whether an issuer has an active signing key, so that its receipts are taken. */
export async function canSign(ctx: Ctx, slug: string): Promise<boolean> {
  const issuer = await findIssuer(ctx, slug)
  return issuer?.keys.some(({ state }) => state === 'active') ?? false
}

export const canPost = ({ scopes }: Pick<ApiKeyOverview, 'scopes'>): boolean =>
  scopes.some((scope) => SCOPES_TO_POST.includes(scope))
