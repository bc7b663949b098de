import type { LRUCache } from 'lru-cache'
import type { Logger } from 'pino'
import type { Db } from '#db/client.server.ts'
import type { ApiKeyRow } from '#db/queries/api-keys/api-keys.ts'
import type { RefusalCount } from '#db/queries/ingest/refusals.ts'
import type { ReceiptRow } from '#db/queries/verify/receipts.ts'
import type { Facts } from '#receipt/judge.ts'
import type { Report } from '#receipt/report.ts'
import type { Engine } from './engine/engine.ts'
import type { FailureNotes } from './services/alerts/note-failure.ts'
import type { RateLimiter } from './services/api-keys/rate-limit.ts'

/** Every service gets this, built once in server.ts: its only source of time and randomness. */
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

/** Only immutable bytes live long here; state lives for a second (see receipt-state.ts). */
export interface Caches {
  /** Public keys by kid: the kid is the key's own digest, so an entry can never become wrong. */
  publicKeys: LRUCache<string, { issuer: string; publicKey: Uint8Array }>
  /** Kids by public key, for the same reason. */
  kids: LRUCache<string, string>
  /** API keys as they were a moment ago (see services/api-key.ts for what may rely on it). */
  apiKeys: LRUCache<string, { row: ApiKeyRow; at: number }>
  receiptStates: LRUCache<string, { state: Promise<ReceiptState | null>; at: number }>
  /** What was judged, good while the receipt's state is the same (services/verify/find-receipt.ts). */
  views: LRUCache<string, { state: ReceiptState; view: ReceiptView }>
}

/** How many requests were refused since they were last written down, by day, API key and code. */
export interface RefusalCounts {
  /** `apiKey` is empty for an unrecognised key, or strangers' inventions would fill the memory. */
  add(refusal: RefusalCount): void
  /** Everything counted so far, which is then no longer held. */
  take(): RefusalCount[]
}

interface Use {
  at: number
  from: string
}

/** The last use of each API key that this process saw and has not written down yet. */
export type ApiKeyUses = Map<string, Use>

/** A stored receipt: its row as it stands. */
export interface ReceiptState {
  receiptId: string
  row: ReceiptRow
}

/** A receipt as the public sees it. For an unknown id the report's verdict is `not-found`. */
export interface ReceiptView {
  report: Report
  facts: Facts
  jws: string | null
  /** What the issuer made public, if it is kept here and is what was signed. */
  content: { kind: 'text'; text: string } | { kind: 'binary'; bytes: number; type: string } | null
  erasedAt: string | null
}
