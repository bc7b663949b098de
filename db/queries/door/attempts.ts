import { eq, lt, sql } from 'drizzle-orm'
import type { Db } from '../../client.server.ts'
import { attempts } from '../../console-schema.ts'

/** A bucket that holds `depth` tokens and gains `perMinute`. */
export interface Bucket {
  bucket: string
  depth: number
  perMinute: number
}

/** The tokens of a bucket's row at a moment. A clock behind the row's own adds and removes none. */
const filled = ({ depth, perMinute }: Bucket, now: Date) =>
  sql`least(${depth}::float8, attempts.tokens
    + greatest(0, extract(epoch from ${now.toISOString()}::timestamptz - attempts.at)::float8)
    * ${perMinute}::float8 / 60)`

/**
 * Takes one token; false: the bucket is empty. One statement refills the bucket by the elapsed
 * time, looks and takes under the row's lock, so simultaneous attempts never get more tokens than
 * the bucket holds.
 */
export async function takeAttempt(
  db: Pick<Db, 'orm'>,
  bucket: Bucket,
  now: Date,
): Promise<boolean> {
  const at = now.toISOString()
  const { rows } = await db.orm.execute(sql`
    insert into attempts (bucket, tokens, at)
    values (${bucket.bucket}, ${bucket.depth}::float8 - 1, ${at}::timestamptz)
    on conflict (bucket) do update
    set tokens = ${filled(bucket, now)} - 1, at = greatest(attempts.at, ${at}::timestamptz)
    where ${filled(bucket, now)} >= 1
    returning 1`)
  return rows.length > 0
}

/** The seconds until an empty bucket holds a token again. */
export async function selectWaitSeconds(
  db: Pick<Db, 'orm'>,
  bucket: Bucket,
  now: Date,
): Promise<number> {
  const { rows } = await db.orm.execute<{ wait: number }>(sql`
    select ceil((1 - ${filled(bucket, now)}) * 60 / ${bucket.perMinute}::float8)::float8 as wait
    from attempts where bucket = ${bucket.bucket}`)
  return Math.max(1, rows[0]?.wait ?? 1)
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
