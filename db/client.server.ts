import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import {
  DatabaseUnavailable,
  isRetryable,
  isUnavailable,
  unwrap,
  type Connection,
  type Run,
} from './connection.ts'
import { createGroup, type Group } from './group.ts'
import { selectApiKeys, type ApiKeyRow } from './queries/api-keys.ts'
import { ingestReceipts, type IngestAnswer, type IngestItem } from './queries/ingest.ts'
import { selectReceipts, type ReceiptRow } from './queries/receipts.ts'
import { selectSigningKeys, type SigningKeyRow } from './queries/signing-keys.ts'

export type Orm = NodePgDatabase

/** The database as queries see it. This module is the only importer of the driver. */
export interface Db {
  run: Run
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
const POOL_SIZE = 4
const RETRIES_MAX = 10
const CLOSE_MS = 5_000

function settingsOf(connection: Connection): pg.ClientConfig {
  const settings = {
    application_name: 'counterfoil',
    connectionTimeoutMillis: 5_000,
    idle_in_transaction_session_timeout: 15_000,
  }
  if (!('url' in connection)) return { ...settings, ...connection }
  const url = new URL(connection.url)
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

export function createDb(connection: Connection, options: { onNotice?: () => void } = {}): Db {
  const settings: pg.PoolConfig = {
    ...settingsOf(connection),
    idleTimeoutMillis: 0,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    statement_timeout: 15_000,
    // Longer than Postgres' own: it is for a server that has fallen silent, whose connection is
    // given up.
    query_timeout: 20_000,
  }
  const open = (max = POOL_SIZE) => {
    const pool = new pg.Pool({ ...settings, max })
    // Whoever uses a connection that breaks is told by its own call; without a listener an idle one
    // that breaks would end the process.
    pool.on('error', () => undefined)
    pool.on('connect', (client) => {
      client.on('error', () => undefined)
      if (options.onNotice) client.on('notice', options.onNotice)
    })
    return pool
  }
  // One group of a kind is under way at a time. Four connections in turn would each have its plans
  // to keep warm, and cost a tenth more.
  const counting = open(1)
  const lookingUp = open(3)
  // What a page of the console asks for may take seconds; receipts never wait behind it.
  const ordinary = open()
  const transactional = open()
  const pools = [counting, lookingUp, ordinary, transactional]

  /** Statements are prepared by name, and each text has its own. */
  const names = new Map<string, string>()
  const nameOf = (text: string): string => {
    let name = names.get(text)
    if (name === undefined) names.set(text, (name = `s${names.size}`))
    return name
  }
  const runOn =
    (pool: pg.Pool): Run =>
    async <Row>(text: string, values: (string | number | Uint8Array | null)[]) =>
      (await pool.query({ name: nameOf(text), text, values })).rows as Row[]
  const lookUp = runOn(lookingUp)

  async function runTransaction<T>(work: (tx: Orm) => Promise<T>): Promise<T> {
    // Not from the pool by drizzle: it keeps the connection for ever where BEGIN fails.
    const client = await transactional.connect()
    let isSound = true
    try {
      return await drizzle(client).transaction(work)
    } catch (error) {
      isSound = !isUnavailable(unwrap(error))
      throw error
    } finally {
      client.release(!isSound || client.getTransactionStatus() !== 'I')
    }
  }

  let closing: Promise<void> | undefined
  const close = async () => {
    await Promise.race([
      Promise.all(pools.map((pool) => pool.end())),
      new Promise((late) => setTimeout(late, CLOSE_MS).unref()),
    ])
  }

  return {
    run: runOn(ordinary),
    orm: drizzle(ordinary),
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
        run: (items) => ingestReceipts(runOn(counting), items),
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
