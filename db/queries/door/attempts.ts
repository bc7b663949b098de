import { eq, lt, sql } from 'drizzle-orm'
import type { Db } from '../../client.server.ts'
import { attempts } from '../../console-schema.ts'

/** A bucket that holds `depth` tokens and gains `perMinute`. */
export interface Bucket {
  bucket: string
  depth: number
  perMinute: number
}

/**
 * Takes one token; false: the bucket is empty. One statement refills the bucket by the elapsed
 * time, looks and takes under the row's lock, so simultaneous attempts never get more tokens than
 * the bucket holds. A clock behind the row's own adds and removes no token.
 */
export async function takeAttempt(
  db: Pick<Db, 'orm'>,
  { bucket, depth, perMinute }: Bucket,
  now: Date,
): Promise<boolean> {
  const at = now.toISOString()
  const filled = sql`least(${depth}::float8, attempts.tokens
    + greatest(0, extract(epoch from ${at}::timestamptz - attempts.at)::float8)
    * ${perMinute}::float8 / 60)`
  const { rows } = await db.orm.execute(sql`
    insert into attempts (bucket, tokens, at)
    values (${bucket}, ${depth}::float8 - 1, ${at}::timestamptz)
    on conflict (bucket) do update
    set tokens = ${filled} - 1, at = greatest(attempts.at, ${at}::timestamptz)
    where ${filled} >= 1
    returning 1`)
  return rows.length > 0
}

/** Gives one token back: an attempt that succeeded doesn't count. */
export const returnAttempt = async (
  db: Pick<Db, 'orm'>,
  { bucket, depth }: Bucket,
): Promise<void> => {
  await db.orm
    .update(attempts)
    .set({ tokens: sql`least(${depth}::float8, ${attempts.tokens} + 1)` })
    .where(eq(attempts.bucket, bucket))
}

export const deleteAttemptsBefore = async (db: Pick<Db, 'orm'>, at: Date): Promise<void> => {
  await db.orm.delete(attempts).where(lt(attempts.at, at))
}
