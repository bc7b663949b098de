/**
 * The meaning of a database error for the portal.
 * - `away`: the server, or this session on it, is of no use now.
 * - `busy`: the server lives and lacks time, room or a lock for this statement.
 * - `again`: Postgres asks for a repetition of the whole transaction.
 * - `ours`: the statement is wrong, or a rule of the tables refused it.
 *
 * The first two are 503 for the caller and cost the session, but for a lock; so is the third after
 * many repetitions.
 */
export type Trouble = 'away' | 'busy' | 'again' | 'ours'

/** SQLSTATEs, or their first two characters for a whole class. The longer name wins. */
const STATES: Record<string, Trouble> = {
  '08': 'away', // connection exceptions, and a pooler's own errors
  '25006': 'away', // read-only: the server has become a standby, or the session leads to one
  '25P03': 'away', // the session was idle in a transaction for too long
  '25P04': 'away', // transaction timeout
  '28': 'away', // the role may not come in: its password or the server's access rules changed
  '3D000': 'away', // the database is dropped, or being restored
  '40': 'again', // serialization failure, deadlock
  '40002': 'ours', // a constraint refused the commit
  '40003': 'away', // nobody knows whether the statement was completed
  '53': 'busy', // no disk (53100), no memory (53200), no connection (53300), a limit of the server
  '55000': 'away', // the database takes no connections for now
  '55P03': 'busy', // lock timeout
  '57014': 'busy', // statement timeout, or cancelled by an administrator
  '57P01': 'away', // an administrator ends the session
  '57P02': 'away', // a crash elsewhere ends it
  '57P03': 'away', // the server is starting or recovering
  '57P04': 'away', // the database was dropped
  '57P05': 'away', // the session was idle for too long
  '58': 'away', // input and output fail below the server
}

/** The system's codes for a server that can't be reached. */
const CODES_AWAY = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'ECONNABORTED',
  'EMFILE',
  'CERT_HAS_EXPIRED',
])

/** Messages of the driver and its pool about a lost connection, which have no code. */
const SAID_AWAY =
  /^(Connection terminated|Client (has encountered a connection error|was closed)|timeout e(xceeded|xpired)|Query read timeout|Cannot use a pool|The server does not support SSL)/

/** `code` is a SQLSTATE or a code of the system; empty for an error that has none. */
export function troubleOf(code: string, message: string): Trouble {
  if (code === '') return SAID_AWAY.test(message) ? 'away' : 'ours'
  if (CODES_AWAY.has(code)) return 'away'
  return STATES[code] ?? STATES[code.slice(0, 2)] ?? 'ours'
}
