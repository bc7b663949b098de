import { jwkOf, type Jwk } from '#receipt/key.ts'
import {
  selectIssuer,
  selectKeysOfIssuer,
  selectTrustedKeys,
  type KeyRow,
} from '#db/queries/issuers/issuers.ts'
import type { Ctx } from '#app/context.ts'

/** An issuer as the public sees it, with every key it ever published. Times are RFC 3339 UTC. */
export interface IssuerView {
  slug: string
  name: string
  url: string | null
  domainVerified: boolean
  createdAt: string
  keys: SigningKeyView[]
}

export interface SigningKeyView {
  kid: string
  jwk: Jwk
  state: 'active' | 'retired' | 'revoked'
  publishedAt: string
  retiredAt: string | null
  revokedAt: string | null
  compromisedSince: string | null
  reason: string | null
}

const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/
const KID = /^[A-Za-z0-9_-]{43}$/

export const isSlug = (text: string): boolean => SLUG.test(text)
export const isKid = (text: string): boolean => KID.test(text)

export async function findIssuer(ctx: Ctx, slug: string): Promise<IssuerView | null> {
  const issuer = isSlug(slug) ? await selectIssuer(ctx.db, slug) : null
  if (issuer === null) return null
  const keys = await selectKeysOfIssuer(ctx.db, slug)
  return {
    slug,
    name: issuer.name,
    url: issuer.url,
    domainVerified: false,
    createdAt: issuer.createdAt.toISOString(),
    keys: keys.map(viewKey),
  }
}

export const viewKey = (key: KeyRow): SigningKeyView => ({
  kid: key.kid,
  jwk: jwkOf(key.publicKey),
  state: key.state,
  publishedAt: key.publishedAt.toISOString(),
  retiredAt: key.retiredAt?.toISOString() ?? null,
  revokedAt: key.revokedAt?.toISOString() ?? null,
  compromisedSince: key.compromisedSince?.toISOString() ?? null,
  reason: key.reason,
})

/**
 * The active and retired keys, which a verifier may trust, of one issuer or of all, as a JWK Set.
 * The set has no `alg`, because a receipt may spell the one algorithm in either of two ways.
 */
export async function listTrustedKeys(
  ctx: Ctx,
  slug?: string,
): Promise<{ keys: (Jwk & { kid: string; use: 'sig' })[] }> {
  const rows =
    slug === undefined ? await selectTrustedKeys(ctx.db) : await selectKeysOfIssuer(ctx.db, slug)
  return {
    keys: rows
      .filter((row) => row.state !== 'revoked')
      .map((row) => ({ ...jwkOf(row.publicKey), kid: row.kid, use: 'sig' as const })),
  }
}
