import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import {
  DatabaseUnavailable,
  isRetryable,
  isStalePlan,
  isUnavailable,
  unwrap,
  type Connection,
  type Run,
} from './connection.ts'
import { createGroup, type Group } from './group.ts'
import { selectApiKeys, type ApiKeyRow } from './queries/api-keys/api-keys.ts'
import { ingest, type IngestAnswer, type IngestItem } from './queries/ingest/ingest.ts'
import { selectReceipts, type ReceiptRow } from './queries/verify/receipts.ts'
import { selectSigningKeys, type SigningKeyRow } from './queries/issuers/signing-keys.ts'

export type Orm = NodePgDatabase

/** The database as queries see it. This module is the only importer of the driver. */
export interface Db {
  run: Run
  /** As `run`, for a short statement that waits behind no list. */
  quick: Run
  orm: Orm
  /** `work` may be run again from its beginning, when Postgres asks for it. */
  transaction<T>(work: (tx: Orm) => Promise<T>): Promise<T>
  groups: {
    ingest: Group<IngestItem, IngestAnswer>
    apiKey: Group<string, ApiKeyRow | null>
    signingKey: Group<string, SigningKeyRow | null>
    receipt: Group<Uint8Array, ReceiptRow | null>
  }
  close(): Promise<void>
}

const WAITING_MAX = 8_000
const POOLS = { committing: 1, lookingUp: 3, listing: 4, locking: 4 }

/** The most connections that one process opens. */
export const CONNECTIONS_MAX = Object.values(POOLS).reduce((sum, size) => sum + size)

const RETRIES_MAX = 10
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
  // A socket of our own, whatever PGSSLMODE says of other servers.
  if (!('url' in connection))
    return { ...settings, ...connection, ssl: false, sslnegotiation: 'postgres' }
  const url = new URL(connection.url)
  const mode = url.searchParams.get('sslmode') ?? 'disable'
  if (!SSL_MODES.includes(mode)) throw new Error(`its sslmode is none of ${SSL_MODES.join(', ')}`)
  if (url.searchParams.get('sslrootcert') === 'system') url.searchParams.delete('sslrootcert')
  // So that `sslmode` means what it means to psql: the driver would read `require` as `verify-full`.
  if (!url.searchParams.has('uselibpqcompat')) url.searchParams.set('uselibpqcompat', 'true')
  return { ...settings, connectionString: url.href }
}

/** One connection for what runs before the portal does. */
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

/** The pool has one time for connecting and for waiting until a connection is free. */
class Client extends pg.Client {
  constructor(config: pg.ClientConfig = {}) {
    // The pool hides the password from whoever lists its settings.
    super({ ...config, password: config.password, connectionTimeoutMillis: CONNECT_MS })
  }
}

export function createDb(connection: Connection): Db {
  const settings: pg.PoolConfig = {
    ...settingsOf(connection),
    idleTimeoutMillis: 0,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    statement_timeout: 15_000,
    // Longer than Postgres' own: it is for a server that has fallen silent, whose connection is
    // given up.
    query_timeout: SILENCE_MS,
    connectionTimeoutMillis: SILENCE_MS,
    Client,
  }
  const open = (max: number) => {
    const pool = new pg.Pool({ ...settings, max })
    // Whoever uses a connection that breaks is told by its own call; without a listener an idle one
    // that breaks would end the process.
    pool.on('error', () => undefined)
    pool.on('connect', (client) => client.on('error', () => undefined))
    return pool
  }
  // The group commit has one connection: four in turn would each have its plans to keep warm, and
  // cost a tenth more.
  const committing = open(POOLS.committing)
  // One for each of the other groups, which have one statement under way at a time: a look-up never
  // waits for a connection.
  const lookingUp = open(POOLS.lookingUp)
  // Lists and searches, mostly the console's, may take seconds; they delay nothing but each other.
  const listing = open(POOLS.listing)
  // Transactions, and single statements that no list may delay: a transaction that revokes a key
  // never waits behind a search.
  const locking = open(POOLS.locking)
  const pools = [committing, lookingUp, listing, locking]

  async function withClient<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>) {
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

  /** Statements are prepared by name, and each text has its own. */
  const names = new Map<string, string>()
  const nameOf = (text: string): string => {
    let name = names.get(text)
    if (name === undefined) names.set(text, (name = `s${names.size}`))
    return name
  }
  const runOn =
    (pool: pg.Pool): Run =>
    async <Row>(text: string, values: (string | number | Uint8Array | null)[]) => {
      const query = { name: nameOf(text), text, values }
      const ask = () => withClient(pool, (client) => client.query(query))
      const { rows } = await ask().catch((error: unknown) => {
        if (!isStalePlan(error)) throw error
        return ask()
      })
      return rows as Row[]
    }
  const commit = runOn(committing)
  const lookUp = runOn(lookingUp)

  // Not from the pool by drizzle: it keeps the connection for ever where BEGIN fails.
  const runTransaction = <T>(work: (tx: Orm) => Promise<T>) =>
    withClient(locking, (client) => drizzle(client).transaction(work))

  let closing: Promise<void> | undefined
  const close = async () => {
    await Promise.race([
      Promise.all(pools.map((pool) => pool.end())),
      new Promise((late) => setTimeout(late, CLOSE_MS).unref()),
    ])
  }

  return {
    run: runOn(listing),
    quick: runOn(locking),
    orm: drizzle(listing),
    transaction: async (work) => {
      for (let attempt = 1; ; attempt++) {
        try {
          return await runTransaction(work)
        } catch (thrown) {
          const error = unwrap(thrown)
          if (isRetryable(error) && attempt < RETRIES_MAX) continue
          if (!isUnavailable(error)) throw thrown
          throw new DatabaseUnavailable('the database is away', { cause: error })
        }
      }
    },
    groups: {
      ingest: createGroup({
        run: (items) => ingest(commit, items),
        sizeMax: 1_000,
        waitingMax: WAITING_MAX,
        bytesOf: (item) => item.jws.length + (item.content?.length ?? 0),
      }),
      apiKey: createGroup({
        run: (ids) => selectApiKeys(lookUp, ids),
        sizeMax: 1_000,
        waitingMax: WAITING_MAX,
      }),
      signingKey: createGroup({
        run: (kids) => selectSigningKeys(lookUp, kids),
        sizeMax: 1_000,
        waitingMax: WAITING_MAX,
      }),
      receipt: createGroup({
        run: (ids) => selectReceipts(lookUp, ids),
        sizeMax: 100,
        waitingMax: WAITING_MAX,
      }),
    },
    close: () => (closing ??= close()),
  }
}
