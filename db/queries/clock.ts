import { sql } from 'drizzle-orm'
import type { Orm } from '../connection.ts'

/** A time in milliseconds. The product comes before the cast: a float would lose a millisecond. */
export const ms = (time: string): string => `(extract(epoch from ${time}) * 1000)::float8`

/**
 * The time by the database's clock, in whole milliseconds. This clock dates receipts, so it has to
 * date every time that is compared with a receipt's.
 */
export async function selectNow(tx: Orm): Promise<Date> {
  const { rows } = await tx.execute<{ now: number }>(
    sql`select floor(extract(epoch from clock_timestamp()) * 1000)::float8 as now`,
  )
  return new Date(rows[0]!.now)
}
