import { setTimeout as sleep } from 'node:timers/promises'

/** Where a Postgres is: a URL, or the socket folder of the embedded one. */
export type Connection =
  { url: string } | { host: string; port: number; user: string; password: string; database: string }

/** The database can't be reached, or went away with the statement. Whatever was asked may be asked again. */
export class DatabaseUnavailable extends Error {
  override name = 'DatabaseUnavailable'
}

const CODES_UNAVAILABLE = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECTION_CONNECT_TIMEOUT',
  'CONNECT_TIMEOUT',
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

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

export const isUnavailable = (error: unknown): boolean => {
  const code = codeOf(error)
  return CODES_UNAVAILABLE.has(code) || code.startsWith('08')
}

/** Postgres asks for the transaction to be run again: serialization failure, or a deadlock's victim. */
export const isRetryable = (error: unknown): boolean => ['40001', '40P01'].includes(codeOf(error))

export const isUniqueViolation = (error: unknown): boolean => codeOf(unwrap(error)) === '23505'

/** Drizzle wraps what the driver threw. */
export const unwrap = (error: unknown): unknown =>
  error instanceof Error && error.cause instanceof Error ? error.cause : error

/** Runs one hand-written statement, prepared, and gives its rows. */
export type Run = <Row>(text: string, values: (string | number | null)[]) => Promise<Row[]>

/**
 * When a connection is reset the driver tells of the error first and takes the connection out of
 * use some turns later. What it is given between is sent nowhere, and never answered.
 */
export const untilClosed = (): Promise<void> => sleep(20)
