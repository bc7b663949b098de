import { jwkOf, type Jwk } from '#receipt/key.ts'
import {
  issuerExists,
  selectIssuer,
  selectKeysOfIssuer,
  selectTrustedKeys,
  type KeyRow,
} from '#db/queries/issuers/issuers.ts'
import type { Ctx } from '#app/context.ts'
import { keepBriefly } from '../verify/keep-briefly.ts'

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

/**
 * The issuer as it was at most a second ago; null for an unknown slug. The same object comes back
 * while nothing has changed, so that a page or a document made from it is made once.
 */
export const findPublicIssuer = (ctx: Ctx, slug: string): Promise<IssuerView | null> =>
  keepBriefly(ctx, ctx.caches.issuers, slug, async () =>
    // Anybody can ask for slugs that nobody has, and this costs a tenth of the rest.
    isSlug(slug) && (await issuerExists(ctx.db.quick, slug)) ? findIssuer(ctx, slug) : null,
  )

/** The issuer as it is now; null for an unknown slug. */
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

/** A JWK Set without `alg`, because a receipt may spell the one algorithm in either of two ways. */
export interface TrustedKeys {
  keys: (Jwk & { kid: string; use: 'sig' })[]
}

/**
 * The active and retired keys, which a verifier may trust, of one issuer or of all, as they were at
 * most a second ago.
 */
export const listTrustedKeys = (ctx: Ctx, slug = EVERY_ISSUER): Promise<TrustedKeys | null> =>
  keepBriefly(ctx, ctx.caches.trustedKeys, slug, async () => {
    const rows =
      slug === EVERY_ISSUER
        ? await selectTrustedKeys(ctx.db)
        : await selectKeysOfIssuer(ctx.db, slug)
    return {
      keys: rows
        .filter((row) => row.state !== 'revoked')
        .map((row) => ({ ...jwkOf(row.publicKey), kid: row.kid, use: 'sig' as const })),
    }
  })

/** No slug is empty. */
const EVERY_ISSUER = ''
