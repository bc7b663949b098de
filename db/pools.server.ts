import { setTimeout as sleep } from 'node:timers/promises'
import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import {
  DatabaseUnavailable,
  isBroken,
  isDiskFull,
  isStalePlan,
  isUnavailable,
  unwrap,
  type Connection,
  type Orm,
  type Run,
} from './connection.ts'
import { END_SESSIONS, OPEN_SESSION, settingsOf, type Session, type Settings } from './session.ts'

const SIZES = { committing: 1, apart: 2, lookingUp: 3, listing: 4, locking: 4 }

/** The most connections that one process has. */
export const CONNECTIONS_MAX = Object.values(SIZES).reduce((sum, size) => sum + size)

const CONNECT_MS = 5_000
const CLOSE_MS = 5_000
const SILENCE_MS = 20_000
/** How long an abandoned session may take to end. */
const END_MS = 3_000
/** Several processes that count for one API key wait for each other's commits, which take less. */
const LOCK_MS = 100
/** Two connections serve all API keys whose counters are locked, so they take turns. */
const LOCK_APART_MS = 1_000

/** The driver can't try with TLS and then go on without, as `prefer` and `allow` ask. */
const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full']

function clientOf(connection: Connection): pg.ClientConfig {
  const settings = {
    application_name: 'counterfoil',
    connectionTimeoutMillis: CONNECT_MS,
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

async function openSession(client: pg.ClientBase, own: Settings): Promise<Session> {
  const { rows } = await client.query<Session>(OPEN_SESSION, settingsOf(own))
  return rows[0]!
}

/** Opens one connection for a step of the start, before the pools exist. */
export async function withConnection<T>(
  connection: Connection,
  work: (orm: Orm) => Promise<T>,
): Promise<T> {
  const client = new pg.Client(clientOf(connection))
  client.on('error', () => undefined)
  await client.connect()
  try {
    await openSession(client, {})
    return await work(drizzle(client))
  } finally {
    await client.end()
  }
}

/** How long a pooler may let a session wait for another one's end. */
const POOLER_MS = 2_000

/**
 * False: a pooler gives each transaction another session. Prepared statements and settings would
 * get lost, and the settings would reach other clients. No setting is made before this is known.
 */
export async function keepsSessions(connection: Connection): Promise<boolean> {
  const clients = [
    new pg.Client(clientOf(connection)),
    new pg.Client(clientOf(connection)),
  ] as const
  const [first, second] = clients
  for (const client of clients) client.on('error', () => undefined)
  const pidOf = async (client: pg.Client) =>
    (await client.query<Session>('select pg_backend_pid() as pid')).rows[0]!.pid
  const inTime = <T>(work: Promise<T>) =>
    Promise.race([work, sleep(POOLER_MS, null, { ref: false })])
  try {
    await first.connect()
    const pid = await pidOf(first)
    // A server gives its process at the start; a pooler makes a number up.
    if ((first as unknown as { processID: number }).processID === pid) return true
    await second.connect()
    // With one session in all, the second client waits until the first one gives its session up.
    const begun = await inTime(second.query('begin').catch(() => 'refused'))
    if (begun === null || begun === 'refused') return begun === null
    return (await pidOf(second)) !== pid && (await inTime(pidOf(first))) === pid
  } finally {
    // An end that waits for its server would hang as the statement does.
    await inTime(Promise.allSettled(clients.map((client) => client.end())))
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

/** A full disk is remembered until a large write finds room. */
interface Disk {
  isFull: boolean
}

/** Opens the sessions of a pool, and ends those that broken connections have left behind. */
function trackSessions(own: Settings, max: number, countOpen: () => number) {
  const sessions = new WeakMap<pg.ClientBase, Session>()
  const abandoned = new Set<Session>()

  /** The old sessions end before the pool gives the server another one in their place. */
  async function endAbandoned(client: pg.ClientBase): Promise<void> {
    const until = performance.now() + END_MS
    while (abandoned.size > 0) {
      const all = [...abandoned]
      const values = [all.map(({ pid }) => pid), all.map(({ since }) => since)]
      const { rows } = await client.query<{ pid: number }>(END_SESSIONS, values)
      const alive = new Set(rows.map(({ pid }) => pid))
      for (const session of all) if (!alive.has(session.pid)) abandoned.delete(session)
      if (countOpen() + abandoned.size <= max) return
      if (performance.now() > until)
        throw new DatabaseUnavailable('sessions of broken connections still live')
      await sleep(10)
    }
  }

  return {
    open: async (client: pg.ClientBase) => {
      await endAbandoned(client)
      sessions.set(client, await openSession(client, own))
    },
    abandon: (client: pg.ClientBase) => {
      const session = sessions.get(client)
      if (session !== undefined) abandoned.add(session)
    },
  }
}

function openPool(settings: pg.PoolConfig, max: number, disk: Disk, own: Settings): Pool {
  const sessions = trackSessions(own, max, () => pool.totalCount)
  // The pool waits for the promise of `onConnect`; its types don't say so.
  const options = { ...settings, max, onConnect: sessions.open }
  const pool: pg.Pool = new pg.Pool(options)
  // A statement on a broken connection rejects by itself. An idle connection that breaks would end
  // the process if the pool had no listener.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  pool.on('remove', sessions.abandon)
  // Its removal takes a while, and the next connection may be asked for before.
  pool.on('release', (error: unknown, client) => {
    // Without an error the pool says undefined, null or false.
    if (error === undefined || error === null || error === false) return
    sessions.abandon(client)
    if (isDiskFull(error)) disk.isFull = true
  })

  async function withClient<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await pool.connect()
    let isSound = true
    try {
      return await work(client)
    } catch (thrown) {
      const error = unwrap(thrown)
      isSound = !isBroken(error) && !isStalePlan(error)
      if (isDiskFull(error)) disk.isFull = true
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
  /** Groups of API keys whose counters are locked wait here, and keep nobody else waiting. */
  apart: Pool
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
  disk: Disk
  close(): Promise<void>
}

export function openPools(connection: Connection): Pools {
  const settings: pg.PoolConfig = {
    ...clientOf(connection),
    idleTimeoutMillis: 0,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    // Longer than the statement's own timeout: a server that has fallen silent loses its connection.
    query_timeout: SILENCE_MS,
    connectionTimeoutMillis: SILENCE_MS,
    Client,
  }
  const disk: Disk = { isFull: false }
  const open = (name: keyof typeof SIZES, own: Settings = {}) =>
    openPool(settings, SIZES[name], disk, { statement_timeout: '15s', ...own })
  const pools = {
    committing: open('committing', { lock_timeout: `${LOCK_MS}ms` }),
    apart: open('apart', { lock_timeout: `${LOCK_APART_MS}ms` }),
    lookingUp: open('lookingUp'),
    listing: open('listing'),
    locking: open('locking'),
  }

  let closing: Promise<void> | undefined
  const close = async () => {
    await Promise.race([
      Promise.all(Object.values(pools).map((pool) => pool.end())),
      new Promise((late) => setTimeout(late, CLOSE_MS).unref()),
    ])
  }
  return { ...pools, disk, close: () => (closing ??= close()) }
}
