import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import {
  DatabaseUnavailable,
  isStalePlan,
  isUnavailable,
  unwrap,
  type Connection,
  type Orm,
  type Run,
} from './connection.ts'

const SIZES = { committing: 1, lookingUp: 3, listing: 4, locking: 4 }

/** The most connections that one process opens. */
export const CONNECTIONS_MAX = Object.values(SIZES).reduce((sum, size) => sum + size)

const CONNECT_MS = 5_000
const CLOSE_MS = 5_000
const SILENCE_MS = 20_000

/** The driver can't try with TLS and then go on without, as `prefer` and `allow` ask. */
const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full']

function settingsOf(connection: Connection): pg.ClientConfig {
  const settings = {
    application_name: 'counterfoil',
    connectionTimeoutMillis: CONNECT_MS,
    idle_in_transaction_session_timeout: 15_000,
  }
  // PGSSLMODE is meant for other servers: the embedded one has a socket without TLS.
  if (!('url' in connection))
    return { ...settings, ...connection, ssl: false, sslnegotiation: 'postgres' }
  const url = new URL(connection.url)
  const mode = url.searchParams.get('sslmode') ?? 'disable'
  if (!SSL_MODES.includes(mode)) throw new Error(`its sslmode is none of ${SSL_MODES.join(', ')}`)
  if (url.searchParams.get('sslrootcert') === 'system') url.searchParams.delete('sslrootcert')
  // The driver would read `require` as `verify-full`; psql's meaning of `sslmode` counts.
  if (!url.searchParams.has('uselibpqcompat')) url.searchParams.set('uselibpqcompat', 'true')
  return { ...settings, connectionString: url.href }
}

/** Opens one connection for a step of the start, before the pools exist. */
export async function withConnection<T>(
  connection: Connection,
  work: (orm: Orm) => Promise<T>,
): Promise<T> {
  const client = new pg.Client(settingsOf(connection))
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await work(drizzle(client))
  } finally {
    await client.end()
  }
}

/** The pool's one timeout covers both connecting and the wait for a free connection. */
class Client extends pg.Client {
  constructor(config: pg.ClientConfig = {}) {
    // The pool hides the password from code that lists the pool's settings.
    super({ ...config, password: config.password, connectionTimeoutMillis: CONNECT_MS })
  }
}

export interface Pool {
  run: Run
  orm: Orm
  transaction<T>(work: (tx: Orm) => Promise<T>): Promise<T>
  end(): Promise<void>
}

function openPool(settings: pg.PoolConfig, max: number): Pool {
  const pool = new pg.Pool({ ...settings, max })
  // A statement on a broken connection rejects by itself. An idle connection that breaks would end
  // the process if the pool had no listener.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))

  async function withClient<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await pool.connect()
    let isSound = true
    try {
      return await work(client)
    } catch (thrown) {
      const error = unwrap(thrown)
      isSound = !isUnavailable(error) && !isStalePlan(error)
      throw thrown
    } finally {
      client.release(!isSound || client.getTransactionStatus() !== 'I')
    }
  }

  /** Each text is prepared once a connection, under a name of its own. */
  const names = new Map<string, string>()
  const nameOf = (text: string): string => {
    let name = names.get(text)
    if (name === undefined) names.set(text, (name = `s${names.size}`))
    return name
  }

  return {
    run: async <Row>(text: string, values: (string | number | Uint8Array | null)[]) => {
      const query = { name: nameOf(text), text, values }
      const ask = () => withClient((client) => client.query(query))
      const { rows } = await ask()
        .catch((error: unknown) => {
          if (!isStalePlan(error)) throw error
          return ask()
        })
        .catch((error: unknown) => {
          if (!isUnavailable(error)) throw error
          throw new DatabaseUnavailable('the database is away', { cause: error })
        })
      return rows as Row[]
    },
    orm: drizzle(pool),
    // Drizzle's own transaction on a pool would keep the connection for ever where BEGIN fails.
    transaction: (work) => withClient((client) => drizzle(client).transaction(work)),
    end: () => pool.end(),
  }
}

export interface Pools {
  /** One connection for the group commit: four would each keep plans warm and cost a tenth more. */
  committing: Pool
  /**
   * One connection for each of the other three groups. A group has one statement under way at a
   * time, so a look-up never waits for a connection.
   */
  lookingUp: Pool
  /** Lists and searches, mostly the console's, may take seconds; they delay only each other. */
  listing: Pool
  /**
   * Transactions and short single statements: a transaction that revokes a key never waits behind
   * a search.
   */
  locking: Pool
  close(): Promise<void>
}

export function openPools(connection: Connection): Pools {
  const settings: pg.PoolConfig = {
    ...settingsOf(connection),
    idleTimeoutMillis: 0,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    statement_timeout: 15_000,
    // Longer than Postgres' own timeout: a server that has fallen silent loses its connection.
    query_timeout: SILENCE_MS,
    connectionTimeoutMillis: SILENCE_MS,
    Client,
  }
  const committing = openPool(settings, SIZES.committing)
  const lookingUp = openPool(settings, SIZES.lookingUp)
  const listing = openPool(settings, SIZES.listing)
  const locking = openPool(settings, SIZES.locking)

  let closing: Promise<void> | undefined
  const close = async () => {
    await Promise.race([
      Promise.all([committing, lookingUp, listing, locking].map((pool) => pool.end())),
      new Promise((late) => setTimeout(late, CLOSE_MS).unref()),
    ])
  }
  return { committing, lookingUp, listing, locking, close: () => (closing ??= close()) }
}
