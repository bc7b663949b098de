import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import { createDb } from '#db/client.server.ts'
import type { Connection } from '#db/connection.ts'
import type { Config, Ctx, Rendered } from './context.ts'
import { createEngine } from './engine/engine.server.ts'
import { createFailureNotes } from './services/alerts/note-failure.ts'
import { createRateLimiter } from './services/api-keys/rate-limit.ts'
import { createRefusalCounts } from './services/ingest/count-refusals.ts'
import { createLru } from './services/lru.ts'

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
