import { sql } from 'drizzle-orm'
import {
  bigint,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { bytea, time } from './columns.ts'

export const issuers = pgTable(
  'issuers',
  {
    slug: text().primaryKey(),
    name: text().notNull(),
    /** UTS 39 skeleton: two names that look alike have the same skeleton. */
    nameSkeleton: text('name_skeleton').notNull(),
    url: text(),
    createdAt: time('created_at').notNull(),
  },
  (t) => [uniqueIndex('issuers_name_skeleton').on(t.nameSkeleton)],
)

export const signingKeys = pgTable(
  'signing_keys',
  {
    /** RFC 7638 thumbprint. Unique over all issuers: one key never speaks for two of them. */
    kid: text().primaryKey(),
    issuer: text()
      .notNull()
      .references(() => issuers.slug),
    publicKey: bytea('public_key').notNull(),
    state: text({ enum: ['active', 'retired', 'revoked'] }).notNull(),
    publishedAt: time('published_at').notNull(),
    retiredAt: time('retired_at'),
    revokedAt: time('revoked_at'),
    compromisedSince: time('compromised_since'),
    reason: text(),
  },
  (t) => [
    index('signing_keys_issuer').on(t.issuer),
    check('signing_keys_state', sql`${t.state} in ('active', 'retired', 'revoked')`),
  ],
)

export const apiKeys = pgTable(
  'api_keys',
  {
    /** `key_` and eight characters, which the secret contains too. */
    id: text().primaryKey(),
    issuer: text()
      .notNull()
      .references(() => issuers.slug),
    name: text().notNull(),
    mode: text({ enum: ['live', 'test'] }).notNull(),
    /** The uses of the API key, given at its creation and never changed. */
    scopes: text({ enum: ['post', 'gateway', 'relay'] })
      .array()
      .notNull()
      .default(['post']),
    /** Receipts in a calendar month (UTC); null: no cap. */
    cap: bigint({ mode: 'number' }),
    ratePerSecond: integer('rate_per_second'),
    secretHash: bytea('secret_hash').notNull(),
    /** The secret before the last rotation; it is accepted until the overlap ends. */
    previousHash: bytea('previous_hash'),
    previousExpiresAt: time('previous_expires_at'),
    createdAt: time('created_at').notNull(),
    expiresAt: time('expires_at'),
    revokedAt: time('revoked_at'),
  },
  (t) => [
    index('api_keys_issuer').on(t.issuer),
    check('api_keys_mode', sql`${t.mode} in ('live', 'test')`),
    check(
      'api_keys_scopes',
      sql`${t.scopes} <@ '{post,gateway,relay}' and cardinality(${t.scopes}) > 0`,
    ),
    check('api_keys_cap', sql`${t.cap} >= 0`),
  ],
)

export const receipts = pgTable(
  'receipts',
  {
    /** The first 20 bytes of `digest`; the public id spells them. */
    id: bytea().primaryKey(),
    /** SHA-256 of the JWS; the log's leaf. */
    digest: bytea().notNull(),
    issuer: text().notNull(),
    kid: text().notNull(),
    apiKey: text('api_key').notNull(),
    mode: text({ enum: ['live', 'test'] }).notNull(),
    visibility: text({ enum: ['private', 'public', 'findable'] }).notNull(),
    jws: text().notNull(),
    contentDigest: bytea('content_digest').notNull(),
    jti: text(),
    receivedAt: time('received_at').notNull(),
  },
  (t) => [
    index('receipts_findable')
      .on(t.contentDigest)
      .where(sql`${t.visibility} = 'findable'`),
    // By key, newest first, and so by issuer: a new receipt goes to the end of its key's part.
    index('receipts_kid_received').on(t.kid, t.receivedAt, t.id),
    // Test receipts are few: without their own index, a list of them would read all the others.
    index('receipts_test_kid_received')
      .on(t.kid, t.receivedAt, t.id)
      .where(sql`${t.mode} = 'test'`),
    check('receipts_id', sql`${t.id} = substring(${t.digest} from 1 for 20)`),
  ],
)

export const contents = pgTable('contents', {
  receiptId: bytea('receipt_id').primaryKey(),
  bytes: bytea().notNull(),
})

export const revocations = pgTable('revocations', {
  receiptId: bytea('receipt_id').primaryKey(),
  reason: text().notNull(),
  revokedAt: time('revoked_at').notNull(),
})

export const erasures = pgTable('erasures', {
  receiptId: bytea('receipt_id').primaryKey(),
  erasedAt: time('erased_at').notNull(),
})

/** At most one receipt for a job. A table of its own lets receipts be split by id alone. */
export const jobs = pgTable(
  'jobs',
  {
    issuer: text().notNull(),
    mode: text().notNull(),
    jti: text().notNull(),
    receiptId: bytea('receipt_id').notNull(),
  },
  (t) => [primaryKey({ columns: [t.issuer, t.mode, t.jti] })],
)

export const capUsage = pgTable(
  'cap_usage',
  {
    apiKey: text('api_key').notNull(),
    /** The first day of the month, UTC, by the database's clock. */
    period: text().notNull(),
    used: bigint({ mode: 'number' }).notNull(),
    reserved: bigint({ mode: 'number' }).notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.apiKey, t.period] }),
    check('cap_usage_used', sql`${t.used} >= 0`),
    check('cap_usage_reserved', sql`${t.reserved} >= 0`),
  ],
)

export const reservations = pgTable(
  'reservations',
  {
    id: text().primaryKey(),
    apiKey: text('api_key').notNull(),
    period: text().notNull(),
    /** The places that the reservation still holds. */
    places: integer().notNull(),
    expiresAt: time('expires_at').notNull(),
  },
  (t) => [index('reservations_api_key').on(t.apiKey, t.expiresAt)],
)

export const auditEntries = pgTable(
  'audit_entries',
  {
    id: uuid().primaryKey(),
    at: time('at').notNull(),
    actor: text().notNull(),
    /** The network address of the request; null for the portal's own acts. */
    address: text(),
    action: text().notNull(),
    subject: text().notNull(),
    requestId: text('request_id'),
    before: jsonb(),
    after: jsonb(),
  },
  (t) => [
    index('audit_entries_time').on(t.at, t.id),
    index('audit_entries_subject').on(t.subject, t.at, t.id),
    // The list of sign-ins: few entries among all the changes.
    index('audit_entries_access')
      .on(t.at, t.id)
      .where(sql`${t.action} like 'access.%'`),
  ],
)

/** The version of each file in db/functions that this database has. */
export const sqlFunctions = pgTable('sql_functions', {
  name: text().primaryKey(),
  /** SHA-256 of the file that was applied. */
  hash: text().notNull(),
})

/** The rows that /readyz writes, to see whether the database takes writes. */
export const readiness = pgTable('readiness', {
  id: integer().primaryKey(),
  at: time('at').notNull(),
  /** Room that a large write needs; null in the one row that stays. */
  filler: text(),
})
