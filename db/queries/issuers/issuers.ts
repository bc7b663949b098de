import { and, asc, eq, gt, ne } from 'drizzle-orm'
import type { Db } from '../../client.server.ts'
import { isUniqueViolation, type Orm, type Run } from '../../connection.ts'
import { issuers, signingKeys } from '../../schema.ts'

export type IssuerRow = typeof issuers.$inferSelect
export type KeyRow = typeof signingKeys.$inferSelect
/** A published key with its issuer's name. */
export type IssuerKeyRow = KeyRow & Pick<IssuerRow, 'name' | 'url'>

export async function selectIssuer(db: Pick<Db, 'orm'>, slug: string): Promise<IssuerRow | null> {
  const [row] = await db.orm.select().from(issuers).where(eq(issuers.slug, slug))
  return row ?? null
}

export const issuerExists = async (run: Run, slug: string): Promise<boolean> =>
  (await run('select 1 from issuers where slug = $1', [slug])).length > 0

/** In order of slug, from the issuer that follows `after`. */
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

/** False: another issuer has this slug, or a name that looks like this one. */
export async function insertIssuer(tx: Orm, row: IssuerRow): Promise<boolean> {
  const rows = await tx.insert(issuers).values(row).onConflictDoNothing().returning()
  return rows.length > 0
}

/** The issuer, locked until the transaction ends. */
export async function lockIssuer(tx: Orm, slug: string): Promise<IssuerRow | null> {
  const [row] = await tx.select().from(issuers).where(eq(issuers.slug, slug)).for('update')
  return row ?? null
}

/** Null: the new name looks like another issuer's; the transaction goes on without the update. */
export async function updateIssuer(
  tx: Orm,
  slug: string,
  values: Partial<Pick<IssuerRow, 'name' | 'nameSkeleton' | 'url'>>,
): Promise<IssuerRow | null> {
  try {
    return await tx.transaction(async (savepoint) => {
      const [row] = await savepoint
        .update(issuers)
        .set(values)
        .where(eq(issuers.slug, slug))
        .returning()
      return row!
    })
  } catch (error) {
    if (isUniqueViolation(error)) return null
    throw error
  }
}

/**
 * False: an issuer has published this key already. Of two transactions that publish one key at
 * once, the second waits here for the first.
 */
export async function insertSigningKey(tx: Orm, row: KeyRow): Promise<boolean> {
  const rows = await tx.insert(signingKeys).values(row).onConflictDoNothing().returning()
  return rows.length > 0
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

export async function updateSigningKey(
  tx: Orm,
  kid: string,
  values: Partial<
    Pick<KeyRow, 'state' | 'retiredAt' | 'revokedAt' | 'compromisedSince' | 'reason'>
  >,
): Promise<KeyRow> {
  const [row] = await tx.update(signingKeys).set(values).where(eq(signingKeys.kid, kid)).returning()
  return row!
}
