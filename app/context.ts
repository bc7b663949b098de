import type { LRUCache } from 'lru-cache'
import type { Logger } from 'pino'
import type { Db } from '#db/client.server.ts'
import type { ApiKeyRow } from '#db/queries/api-keys/api-keys.ts'
import type { RefusalCount } from '#db/queries/ingest/refusals.ts'
import type { ReceiptRow } from '#db/queries/verify/receipts.ts'
import type { Facts } from '#receipt/judge.ts'
import type { Report } from '#receipt/report.ts'
import type { Engine, Payer } from './engine/engine.ts'
import type { BodyRules } from './engine/long-work.ts'
import type { FailureNotes } from './services/alerts/note-failure.ts'
import type { IssuerView, TrustedKeys } from './services/issuers/find-issuer.ts'
import type { Kept } from './services/verify/keep-briefly.ts'
import type { RateLimiter } from './services/api-keys/rate-limit.ts'

export type { BodyRules, Payer }

/** Every service's only source of time and randomness; context.server.ts builds one per process. */
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
  /** Limits of strangers by their network, apart: strangers must not push out an API key's bucket. */
  strangers: RateLimiter
  /** Refusals at the door that neither the audit nor the log shows one by one (note-access.ts). */
  leftOut: { count: number }
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
  /** Public routes that compute give each network so many milliseconds of a core a minute. */
  publicCostMsPerMinute: number
  /** Whether every admin needs a second factor, or a passkey that verifies the person. */
  requireSecondFactor: boolean
  /** Addresses and ranges of the proxies whose X-Forwarded-For is believed. */
  trustedProxies: readonly string[]
}

/** Only immutable bytes live long here; state lives for a second (see receipt-state.ts). */
export interface Caches {
  /** Public keys by kid: the kid is the key's own digest, so an entry can never become wrong. */
  publicKeys: LRUCache<string, { issuer: string; publicKey: Uint8Array }>
  /** Kids by public key, for the same reason. */
  kids: LRUCache<string, string>
  /** API keys as they were a moment ago; services/api-keys/api-key.ts says who may rely on them. */
  apiKeys: LRUCache<string, { row: ApiKeyRow; at: number }>
  issuers: LRUCache<string, Kept<IssuerView>>
  trustedKeys: LRUCache<string, Kept<TrustedKeys>>
  /** Ids of sessions whose token was renewed a moment ago, with the new id. */
  renewedSessions: LRUCache<string, Uint8Array>
  receiptStates: LRUCache<string, Kept<ReceiptState>>
  /** Views, each good while its receipt's state is the same (services/verify/find-receipt.ts). */
  views: LRUCache<string, { state: ReceiptState; view: ReceiptView }>
}

/** Counts refused requests by day, API key and code until a chore writes the counts down. */
export interface RefusalCounts {
  /** `apiKey` is empty for an unrecognised key, because invented keys would fill the memory. */
  add(refusal: RefusalCount): void
  /** Returns the counts and forgets them. */
  take(): RefusalCount[]
}

interface Use {
  at: number
  from: string
}

/** The last use of each API key that this process saw and has not written down yet. */
export type ApiKeyUses = Map<string, Use>

/** A stored receipt with its row. */
export interface ReceiptState {
  receiptId: string
  row: ReceiptRow
}

/** A receipt as the public sees it. For an unknown id the report's verdict is `not-found`. */
export interface ReceiptView {
  report: Report
  facts: Facts
  jws: string | null
  /**
   * The issuer's public content, if the portal keeps it and it is the signed content. Of a long
   * text, only the beginning.
   */
  content:
    | { kind: 'text'; text: string; isCut: boolean }
    | { kind: 'binary'; bytes: number; type: string }
    | null
  erasedAt: string | null
}
