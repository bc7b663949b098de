import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import { createDb, type Db } from '#db/client.server.ts'
import type { Connection } from '#db/connection.ts'
import type { ApiKeyRow } from '#db/queries/api-keys/api-keys.ts'
import { createEngine, type Engine } from './engine/engine.server.ts'
import { createRefusalCounts, type RefusalCounts } from './services/ingest/count-refusals.ts'
import { createLru, type Lru } from './services/lru.ts'
import type { ApiKeyUses } from './services/api-keys/note-use.ts'
import { createFailureNotes, type FailureNotes } from './services/alerts/note-failure.ts'
import { createRateLimiter, type RateLimiter } from './services/api-keys/rate-limit.ts'
import type { Session } from './services/door/session.ts'
import type { ReceiptState } from './services/verify/receipt-state.ts'

/** What every rule is given, built once in server.ts. Rules have no other source of time or chance. */
export interface Ctx {
  db: Db
  engine: Engine
  log: Logger
  /** Milliseconds since 1970. */
  now(): number
  /** Unpredictable bytes. */
  random(length: number): Uint8Array
  config: Config
  caches: Caches
  rateLimiter: RateLimiter
  refusals: RefusalCounts
  apiKeyUses: ApiKeyUses
  failures: FailureNotes
}

export interface Config {
  /** Without a slash at the end. */
  publicUrl: string
  adminToken: string
  apiKeyPepper: string
  sessionSecret: string
}

/** A finished body, with the digest that is its ETag and what it was made from. */
export interface Rendered {
  body: Uint8Array | string
  state: ReceiptState
  etag: string
}

/** Only immutable bytes live long here; state lives for a second (see receipt-state.ts). */
export interface Caches {
  /** Public keys by kid: the kid is the key's own digest, so an entry can never become wrong. */
  publicKeys: Lru<{ issuer: string; publicKey: Uint8Array }>
  /** Kids by public key, for the same reason. */
  kids: Lru<string>
  /** API keys as they were a moment ago (see services/api-key.ts for what may rely on it). */
  apiKeys: Lru<{ row: ApiKeyRow; at: number }>
  receiptStates: Lru<{ state: Promise<ReceiptState | null>; at: number }>
  /** Finished output, good while the receipt is as it was (see api/render-once.ts). */
  rendered: Lru<Rendered>
}

const RENDERED_BYTES_MAX = 64 * 1024 * 1024

export function createCtx(options: {
  connection: Connection
  config: Config
  log: Logger
  now?: () => number
}): Ctx {
  const now = options.now ?? Date.now
  return {
    db: createDb(options.connection),
    engine: createEngine(options.config, { now }),
    log: options.log,
    now,
    random: randomBytes,
    config: options.config,
    caches: {
      publicKeys: createLru(10_000),
      kids: createLru(10_000),
      apiKeys: createLru(10_000),
      receiptStates: createLru(2_000),
      rendered: createLru(RENDERED_BYTES_MAX, weighRendered),
    },
    rateLimiter: createRateLimiter(),
    refusals: createRefusalCounts(),
    apiKeyUses: new Map(),
    failures: createFailureNotes(),
  }
}

const weighRendered = ({ body, state }: Rendered): number =>
  body.length + (state.row.content?.length ?? 0)

/** What a page's loader finds in its context. */
export interface PageContext {
  ctx: Ctx
  requestId: string
  /** The client's network address. */
  address: string
  /** Whose page it is, once it was looked up. */
  session?: Promise<Session | null>
  openapi: object
  scripts: Record<string, string>
  /** What a loader threw, left here by entry.server.tsx. */
  failure?: unknown
}

declare module '@remix-run/server-runtime' {
  interface AppLoadContext extends PageContext {
    ctx: Ctx
  }
}
