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
 * Takes one token, if there is one. A single statement that fills the bucket by the time that has
 * passed, looks and takes under the row's lock: of any number at once, exactly as many get one as
 * there are. A clock behind the one that wrote the row gives nothing and takes nothing.
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

/** Gives one back: an attempt that succeeded was none. */
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
