import { DrizzleQueryError } from 'drizzle-orm'
import type { NodePgQueryResultHKT } from 'drizzle-orm/node-postgres'
import type { PgDatabase } from 'drizzle-orm/pg-core'

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

/** The database is out of reach, or went away with the statement. The caller may ask again. */
export class DatabaseUnavailable extends Error {
  override name = 'DatabaseUnavailable'
}

const CODES_UNAVAILABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  '53300', // too many connections
  '57P01', // the administrator stops the server
  '57P02', // a crash elsewhere stops it
  '57P03', // it is starting
  '57014', // statement timeout
])

/** Messages of the driver and its pool about a lost connection, which have no code. */
const UNAVAILABLE =
  /^(Connection terminated|Client (has encountered a connection error|was closed)|timeout e(xceeded|xpired)|Query read timeout|Cannot use a pool)/

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

export const isUnavailable = (error: unknown): boolean => {
  const code = codeOf(error)
  if (code !== '') return CODES_UNAVAILABLE.has(code) || code.startsWith('08')
  return error instanceof Error && UNAVAILABLE.test(error.message)
}

/**
 * Whether an error says that the database is away. Only an error of the driver is asked for its code,
 * because a client that hangs up and another server that resets a connection have the same codes.
 */
export const isDatabaseAway = (error: unknown): boolean =>
  error instanceof DatabaseUnavailable ||
  (error instanceof DrizzleQueryError && isUnavailable(error.cause))

/** Postgres asks for a repetition of the transaction: serialization failure or deadlock. */
export const isRetryable = (error: unknown): boolean => ['40001', '40P01'].includes(codeOf(error))

/** Another version of the portal has changed a table since the statement was planned. */
export const isStalePlan = (error: unknown): boolean => codeOf(error) === '0A000'

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
