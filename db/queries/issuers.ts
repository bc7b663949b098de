import { and, asc, eq, gt, ne } from 'drizzle-orm'
import type { Db, Orm } from '../client.server.ts'
import { issuers, signingKeys } from '../schema.ts'

export type IssuerRow = typeof issuers.$inferSelect
export type KeyRow = typeof signingKeys.$inferSelect
/** A published key with the name it stands for. */
export type IssuerKeyRow = KeyRow & Pick<IssuerRow, 'name' | 'url'>

export async function selectIssuer(db: Pick<Db, 'orm'>, slug: string): Promise<IssuerRow | null> {
  const [row] = await db.orm.select().from(issuers).where(eq(issuers.slug, slug))
  return row ?? null
}

/** In order of slug, from the one after `after`. */
export const selectIssuers = (db: Db, after: string, limit: number): Promise<IssuerRow[]> =>
  db.orm
    .select()
    .from(issuers)
    .where(gt(issuers.slug, after))
    .orderBy(asc(issuers.slug))
    .limit(limit)

export const selectKeysOfIssuer = (db: Db, slug: string): Promise<KeyRow[]> =>
  db.orm
    .select()
    .from(signingKeys)
    .where(eq(signingKeys.issuer, slug))
    .orderBy(asc(signingKeys.publishedAt), asc(signingKeys.kid))

/** Every key that is not revoked. */
export const selectTrustedKeys = (db: Db): Promise<KeyRow[]> =>
  db.orm
    .select()
    .from(signingKeys)
    .where(ne(signingKeys.state, 'revoked'))
    .orderBy(asc(signingKeys.publishedAt), asc(signingKeys.kid))

export async function selectIssuerKey(
  db: Db,
  issuer: string,
  kid: string,
): Promise<IssuerKeyRow | null> {
  const [row] = await db.orm
    .select({ key: signingKeys, name: issuers.name, url: issuers.url })
    .from(signingKeys)
    .innerJoin(issuers, eq(issuers.slug, signingKeys.issuer))
    .where(and(eq(signingKeys.issuer, issuer), eq(signingKeys.kid, kid)))
  return row === undefined ? null : { ...row.key, name: row.name, url: row.url }
}

export const insertIssuer = async (tx: Orm, row: IssuerRow): Promise<void> => {
  await tx.insert(issuers).values(row)
}

export const updateIssuer = async (
  tx: Orm,
  slug: string,
  values: Partial<Pick<IssuerRow, 'name' | 'nameSkeleton' | 'url'>>,
): Promise<void> => {
  await tx.update(issuers).set(values).where(eq(issuers.slug, slug))
}

export const insertSigningKey = async (tx: Orm, row: KeyRow): Promise<void> => {
  await tx.insert(signingKeys).values(row)
}

/** The key, locked until the transaction ends. */
export async function lockSigningKey(tx: Orm, issuer: string, kid: string): Promise<KeyRow | null> {
  const [row] = await tx
    .select()
    .from(signingKeys)
    .where(and(eq(signingKeys.issuer, issuer), eq(signingKeys.kid, kid)))
    .for('update')
  return row ?? null
}

export const updateSigningKey = async (
  tx: Orm,
  kid: string,
  values: Partial<
    Pick<KeyRow, 'state' | 'retiredAt' | 'revokedAt' | 'compromisedSince' | 'reason'>
  >,
): Promise<void> => {
  await tx.update(signingKeys).set(values).where(eq(signingKeys.kid, kid))
}
