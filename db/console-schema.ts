import { sql } from 'drizzle-orm'
import {
  bigint,
  check,
  doublePrecision,
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

/** The people of the console. The row of a removed admin stays: audit entries name the admin. */
export const admins = pgTable(
  'admins',
  {
    id: uuid().primaryKey(),
    name: text().notNull(),
    /** The form in which names are compared: two names that read the same have one form. */
    nameKey: text('name_key').notNull(),
    role: text({ enum: ['owner', 'admin', 'viewer'] }).notNull(),
    /** argon2id, in its own notation; null for an admin with passkeys only. */
    passwordHash: text('password_hash'),
    /** Sealed; null without a second factor. */
    totpSecret: bytea('totp_secret'),
    /** The time step of the last accepted code, so that each code is accepted once. */
    totpStep: bigint('totp_step', { mode: 'number' }),
    createdAt: time('created_at').notNull(),
    removedAt: time('removed_at'),
  },
  (t) => [
    uniqueIndex('admins_name_key').on(t.nameKey),
    check('admins_role', sql`${t.role} in ('owner', 'admin', 'viewer')`),
  ],
)

export const recoveryCodes = pgTable(
  'recovery_codes',
  {
    admin: uuid()
      .notNull()
      .references(() => admins.id),
    /** SHA-256 is enough: a code has 120 random bits. */
    hash: bytea().notNull(),
    usedAt: time('used_at'),
  },
  (t) => [primaryKey({ columns: [t.admin, t.hash] })],
)

export const passkeys = pgTable(
  'passkeys',
  {
    /** The credential's id, base64url. */
    id: text().primaryKey(),
    admin: uuid()
      .notNull()
      .references(() => admins.id),
    /** COSE. */
    publicKey: bytea('public_key').notNull(),
    counter: bigint({ mode: 'number' }).notNull(),
    transports: jsonb().$type<string[]>().notNull(),
    name: text().notNull(),
    createdAt: time('created_at').notNull(),
    lastUsedAt: time('last_used_at'),
  },
  (t) => [index('passkeys_admin').on(t.admin)],
)

export const sessions = pgTable(
  'sessions',
  {
    /** SHA-256 of the cookie's token: a reader of the database can't take over a session. */
    id: bytea().primaryKey(),
    admin: uuid()
      .notNull()
      .references(() => admins.id),
    createdAt: time('created_at').notNull(),
    lastSeenAt: time('last_seen_at').notNull(),
    /** The admin's last proof of identity; sensitive acts ask for a recent one. */
    confirmedAt: time('confirmed_at').notNull(),
    address: text().notNull(),
    userAgent: text('user_agent').notNull(),
  },
  (t) => [index('sessions_admin').on(t.admin)],
)

/** Links that let a person in once: the first owner, an invited admin, a locked-out owner. */
export const invitations = pgTable('invitations', {
  /** SHA-256 of the link's token. */
  id: bytea().primaryKey(),
  kind: text({ enum: ['setup', 'invite', 'recover'] }).notNull(),
  role: text({ enum: ['owner', 'admin', 'viewer'] }).notNull(),
  /** The owner whom a recovery lets in. */
  admin: uuid().references(() => admins.id),
  createdBy: text('created_by').notNull(),
  createdAt: time('created_at').notNull(),
  expiresAt: time('expires_at').notNull(),
  usedAt: time('used_at'),
})

/** Unfinished sign-ins: a passkey's challenge, a password that awaits its second factor. */
export const challenges = pgTable('challenges', {
  /** SHA-256 of the cookie's token. */
  id: bytea().primaryKey(),
  kind: text({ enum: ['passkey', 'second-factor'] }).notNull(),
  admin: uuid().references(() => admins.id),
  value: text().notNull(),
  expiresAt: time('expires_at').notNull(),
})

/** Token buckets for sign-ins, by account and by address. They refill, so a lock-out ends. */
export const attempts = pgTable('attempts', {
  bucket: text().primaryKey(),
  tokens: doublePrecision().notNull(),
  at: time('at').notNull(),
})

/** The month's counter at the day's last count. Two days' difference is the later day's own use. */
export const usageDays = pgTable(
  'usage_days',
  {
    apiKey: text('api_key').notNull(),
    /** YYYY-MM-DD, UTC. */
    day: text().notNull(),
    used: bigint({ mode: 'number' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.apiKey, t.day] })],
)

export const apiKeyUses = pgTable('api_key_uses', {
  apiKey: text('api_key').primaryKey(),
  lastUsedAt: time('last_used_at').notNull(),
  lastUsedFrom: text('last_used_from').notNull(),
})

/** Refused requests, by day and code; `apiKey` is empty for an unrecognised key. */
export const refusals = pgTable(
  'refusals',
  {
    /** YYYY-MM-DD, UTC. */
    day: text().notNull(),
    apiKey: text('api_key').notNull(),
    code: text().notNull(),
    count: bigint({ mode: 'number' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.day, t.apiKey, t.code] })],
)

export const webhooks = pgTable('webhooks', {
  /** `whk_` and 16 characters. */
  id: text().primaryKey(),
  url: text().notNull(),
  /** Sealed and not hashed: the portal signs with the secret. */
  secret: bytea().notNull(),
  createdAt: time('created_at').notNull(),
  disabledAt: time('disabled_at'),
})

export const alerts = pgTable(
  'alerts',
  {
    /** `msg_` and 24 characters; the header `webhook-id`, the same for every attempt. */
    id: text().primaryKey(),
    type: text().notNull(),
    subject: text().notNull(),
    data: jsonb().notNull(),
    /** An occasion is told once; for example a cap, its month and its share. */
    occasion: text().notNull(),
    createdAt: time('created_at').notNull(),
  },
  (t) => [
    uniqueIndex('alerts_occasion').on(t.occasion),
    index('alerts_created').on(t.createdAt, t.id),
  ],
)

/** The outbox: an alert on its way to a webhook. */
export const deliveries = pgTable(
  'deliveries',
  {
    id: uuid().primaryKey(),
    webhook: text()
      .notNull()
      .references(() => webhooks.id),
    alert: text()
      .notNull()
      .references(() => alerts.id),
    state: text({ enum: ['pending', 'delivered', 'failed'] }).notNull(),
    attempts: integer().notNull(),
    createdAt: time('created_at').notNull(),
    nextAttemptAt: time('next_attempt_at').notNull(),
    deliveredAt: time('delivered_at'),
    lastStatus: integer('last_status'),
    lastError: text('last_error'),
  },
  (t) => [
    index('deliveries_due')
      .on(t.nextAttemptAt)
      .where(sql`${t.state} = 'pending'`),
    index('deliveries_created').on(t.createdAt, t.id),
  ],
)

/**
 * A form or an API request that changed something: a second sending under the same id changes nothing.
 * The result waits here, sealed, until a page has shown it or its time is over.
 */
export const sendings = pgTable('sendings', {
  /** SHA-256 of the sender, and of the form's id or the idempotency key. */
  id: bytea().primaryKey(),
  /** A keyed digest of the request, which tells another request under the same id apart. */
  fingerprint: bytea().notNull(),
  /** The audit's subject of the change. */
  subject: text().notNull(),
  /** Null once a page has shown the result, or its time is over. */
  sealed: bytea(),
  sealedUntil: time('sealed_until').notNull(),
  expiresAt: time('expires_at').notNull(),
})
