import { DrizzleQueryError } from 'drizzle-orm'
import type { NodePgQueryResultHKT } from 'drizzle-orm/node-postgres'
import type { PgDatabase } from 'drizzle-orm/pg-core'
import { troubleOf, type Trouble } from './sql-states.ts'

/** Where a Postgres is: a URL, or the socket folder of the embedded one. */
export type Connection =
  { url: string } | { host: string; port: number; user: string; password: string; database: string }

/** Drizzle's typed queries, on a pool or within a transaction. */
export type Orm = PgDatabase<NodePgQueryResultHKT>

/** Runs one hand-written statement, prepared, and gives its rows. */
export type Run = <Row>(
  text: string,
  values: (string | number | Uint8Array | null)[],
) => Promise<Row[]>

/** The database is away or busy, so the statement is not done. The caller may ask again. */
export class DatabaseUnavailable extends Error {
  override name = 'DatabaseUnavailable'
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

const classOf = (error: unknown): Trouble =>
  error instanceof Error ? troubleOf(codeOf(error), error.message) : 'ours'

/** The caller may ask again in a while: nothing is wrong with what it asked for. */
export const isUnavailable = (error: unknown): boolean =>
  error instanceof DatabaseUnavailable || classOf(error) !== 'ours'

/**
 * Whether an error says that the database is away. Only an error of the driver is asked for its code,
 * because a client that hangs up and another server that resets a connection have the same codes.
 */
export const isDatabaseAway = (error: unknown): boolean =>
  error instanceof DatabaseUnavailable ||
  (error instanceof DrizzleQueryError && isUnavailable(error.cause))

/** Postgres asks for a repetition of the transaction. */
export const isRetryable = (error: unknown): boolean => classOf(error) === 'again'

/** Another version of the portal has changed a table since the statement was planned. */
export const isStalePlan = (error: unknown): boolean => codeOf(error) === '0A000'

/** A row or an index entry stayed locked for longer than the session waits. */
export const isLocked = (error: unknown): boolean => codeOf(unwrap(error)) === '55P03'

/**
 * The session is given up: another one may lead to a server that is well. A lock is another
 * session's matter.
 */
export const isBroken = (error: unknown): boolean =>
  ['away', 'busy'].includes(classOf(error)) && !isLocked(error)

export const isDiskFull = (error: unknown): boolean => codeOf(error) === '53100'

export const isUniqueViolation = (error: unknown): boolean => codeOf(unwrap(error)) === '23505'

/** Drizzle wraps the driver's error. */
export const unwrap = (error: unknown): unknown =>
  error instanceof Error && error.cause instanceof Error ? error.cause : error

const RETRIES_MAX = 10

/** Runs `work` again from its beginning while Postgres asks for it. */
export async function withRetries<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (thrown) {
      const error = unwrap(thrown)
      if (isRetryable(error) && attempt < RETRIES_MAX) continue
      if (!isUnavailable(error)) throw thrown
      throw new DatabaseUnavailable('the database is away', { cause: error })
    }
  }
}
