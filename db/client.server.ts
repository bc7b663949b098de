import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import {
  DatabaseUnavailable,
  isRetryable,
  isUnavailable,
  untilClosed,
  unwrap,
  type Connection,
  type Run,
} from './connection.ts'
import { createGroup, type Group } from './group.ts'
import { selectApiKeys, type ApiKeyRow } from './queries/api-keys.ts'
import { ingestReceipts, type IngestAnswer, type IngestItem } from './queries/ingest.ts'
import { selectReceipts, type ReceiptRow } from './queries/receipts.ts'
import { selectSigningKeys, type SigningKeyRow } from './queries/signing-keys.ts'

export type Orm = PostgresJsDatabase

/**
 * The database as queries see it. This module is the only importer of the driver.
 *
 * postgres.js can send BEGIN on a connection that other statements share, and then loses writes it
 * has acknowledged (its issues 1189, 823, 1210). So a transaction never shares a pool with single
 * statements: `transaction` has connections of its own, on which nothing else is ever sent.
 */
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

const connect = (connection: Connection, settings: postgres.Options<Record<string, never>>) =>
  'url' in connection
    ? postgres(connection.url, settings)
    : postgres({ ...settings, ...connection, pass: connection.password })

/** One connection for what runs before the portal does. The caller ends it. */
export function connectOnce(connection: Connection) {
  const client = connect(connection, {
    max: 1,
    connect_timeout: 5,
    fetch_types: false,
    onnotice: () => undefined,
  })
  return { client, orm: drizzle(client) }
}

export function createDb(connection: Connection, options: { onNotice?: () => void } = {}): Db {
  const settings: postgres.Options<Record<string, never>> & { max_pipeline: number } = {
    prepare: true,
    fetch_types: false,
    // Never 0, and high: a low limit is what makes the driver mix up its connections.
    max_pipeline: 10_000,
    connect_timeout: 5,
    idle_timeout: 0,
    // A database that comes back is found within half a second.
    backoff: (retries) => Math.min(0.05 * 2 ** retries, 0.5),
    onnotice: options.onNotice ?? (() => undefined),
    connection: {
      application_name: 'counterfoil',
      statement_timeout: 15_000,
      idle_in_transaction_session_timeout: 15_000,
    },
  }
  const open = (max = POOL_SIZE) => connect(connection, { ...settings, max })
  const single = open()
  // One group is under way at a time. Four connections in turn would each have its plans to keep
  // warm, and cost a tenth more.
  const counting = open(1)
  const ordinary = open()
  const transactional = open()

  const runOn =
    (pool: postgres.Sql): Run =>
    async <Row>(text: string, values: (string | number | null)[]) => {
      try {
        return (await pool.unsafe(text, values, { prepare: true })) as unknown as Row[]
      } catch (error) {
        if (isUnavailable(unwrap(error))) await untilClosed()
        throw error
      }
    }
  const run = runOn(single)
  const orm = drizzle(ordinary)
  const tx = drizzle(transactional)

  return {
    run,
    orm,
    transaction: async (work) => {
      for (let attempt = 1; ; attempt++) {
        try {
          return await tx.transaction(work)
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
        run: (ids) => selectApiKeys(run, ids),
        sizeMax: 1_000,
        waitingMax: WAITING_MAX,
      }),
      signingKey: createGroup({
        run: (kids) => selectSigningKeys(run, kids),
        sizeMax: 1_000,
        waitingMax: WAITING_MAX,
      }),
      receipt: createGroup({
        run: (ids) => selectReceipts(run, ids),
        sizeMax: 100,
        waitingMax: WAITING_MAX,
      }),
    },
    close: async () => {
      await Promise.all([
        single.end({ timeout: 5 }),
        counting.end({ timeout: 5 }),
        ordinary.end({ timeout: 5 }),
        transactional.end({ timeout: 5 }),
      ])
    },
  }
}
