import { randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Logger } from 'pino'
import { createDb } from '#db/client.server.ts'
import type { Connection } from '#db/connection.ts'
import type { Caches, Config, Ctx } from './context.ts'
import { createEngine } from './engine/engine.server.ts'
import { createFailureNotes } from './services/alerts/note-failure.ts'
import { MINUTE_MS } from './values/duration.ts'
import { createRateLimiter } from './services/api-keys/rate-limit.ts'
import { createRefusalCounts } from './services/ingest/count-refusals.ts'

/** The limit of the cached views, together with the pages and reports drawn from them. */
export const VIEWS_BYTES_MAX = 64 * 1024 * 1024
/** The rough size of the page and the report of a receipt without content. */
const DRAWN_BYTES = 32 * 1024

export function createCtx(options: {
  connection: Connection
  config: Config
  log: Logger
  now?: () => number
}): Ctx {
  const now = options.now ?? Date.now
  return {
    db: createDb(options.connection),
    engine: createEngine(),
    log: options.log,
    now,
    random: randomBytes,
    config: options.config,
    caches: createCaches(),
    rateLimiter: createRateLimiter(),
    strangers: createRateLimiter(),
    leftOut: { count: 0 },
    refusals: createRefusalCounts(),
    apiKeyUses: new Map(),
    failures: createFailureNotes(),
  }
}

export const createCaches = (): Caches => ({
  publicKeys: new LRUCache({ max: 10_000 }),
  kids: new LRUCache({ max: 10_000 }),
  apiKeys: new LRUCache({ max: 10_000 }),
  issuers: new LRUCache({ max: 1_000 }),
  trustedKeys: new LRUCache({ max: 1_000 }),
  renewedSessions: new LRUCache({ max: 1_000, ttl: MINUTE_MS }),
  receiptStates: new LRUCache({ max: 2_000 }),
  views: new LRUCache({
    maxSize: VIEWS_BYTES_MAX,
    // The cache keeps content as bytes, as text and in its page, where marks make it longer.
    sizeCalculation: ({ state }) => DRAWN_BYTES + 8 * (state.row.content?.length ?? 0),
  }),
})
