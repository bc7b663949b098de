import { and, asc, eq, gt } from 'drizzle-orm'
import type { Db } from '../../client.server.ts'
import type { Orm } from '../../connection.ts'
import { apiKeys } from '../../schema.ts'

/** An API key as its admin sees it. The quick look-up at each request is in api-keys.ts. */
export type ApiKeyRecord = typeof apiKeys.$inferSelect

export const insertApiKey = async (tx: Orm, row: ApiKeyRecord): Promise<void> => {
  await tx.insert(apiKeys).values(row)
}

/** The API key, locked until the transaction ends. */
export async function lockApiKey(tx: Orm, id: string): Promise<ApiKeyRecord | null> {
  const [row] = await tx.select().from(apiKeys).where(eq(apiKeys.id, id)).for('update')
  return row ?? null
}

export async function updateApiKey(
  tx: Orm,
  id: string,
  values: Partial<Omit<ApiKeyRecord, 'id' | 'issuer' | 'mode' | 'createdAt'>>,
): Promise<ApiKeyRecord> {
  const [row] = await tx.update(apiKeys).set(values).where(eq(apiKeys.id, id)).returning()
  return row!
}

/** In order of id, from the key that follows `after`; of one issuer or of all. */
export const selectApiKeyRecords = (
  db: Db,
  issuer: string | null,
  after: string,
  limit: number,
): Promise<ApiKeyRecord[]> =>
  db.orm
    .select()
    .from(apiKeys)
    .where(and(gt(apiKeys.id, after), issuer === null ? undefined : eq(apiKeys.issuer, issuer)))
    .orderBy(asc(apiKeys.id))
    .limit(limit)
