import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import type { IngestItem } from '#db/queries/ingest/ingest.ts'
import { freshDatabase, type FreshDatabase } from './database.ts'
import { openSql, type Sql } from './sql.ts'

/** A checked receipt as the group commit is given it, new and of API key `live` unless told otherwise. */
export function makeItem(more: Partial<IngestItem> = {}): IngestItem {
  const digest = randomBytes(32)
  return {
    apiKey: 'live',
    secretHash: Buffer.from(more.apiKey ?? 'live'),
    id: digest.subarray(0, 20),
    digest,
    issuer: more.apiKey === 'beta' ? 'beta' : 'acme',
    kid: more.apiKey === 'beta' ? 'beta' : 'active',
    jws: digest.toString('hex'),
    visibility: 'private',
    contentDigest: randomBytes(32),
    jti: null,
    content: null,
    reservation: null,
    refusal: null,
    ...more,
  }
}

export interface IngestWorld {
  /** A connection of its own, ended with the test file. */
  open: () => Sql
  sql: Sql
}

/**
 * A database with API keys of two issuers in every state, named by it, each with its own name as its
 * secret's hash, and with counters before each test. For a whole test file, without a portal.
 */
export function openIngestWorld(): IngestWorld {
  let database: FreshDatabase
  const opened: Sql[] = []
  const open = () => {
    opened.push(openSql(database.connection))
    return opened.at(-1)!
  }
  const world = { open } as IngestWorld

  beforeAll(async () => {
    database = await freshDatabase()
    world.sql = open()
    const { sql } = world
    await sql`insert into issuers (slug, name, name_skeleton, created_at)
    select slug, slug, slug, now() from unnest(array['acme', 'beta']) slug`
    await sql`insert into signing_keys (kid, issuer, public_key, state, published_at)
    select state, 'acme', ''::bytea, state, now() from unnest(array['active', 'retired', 'revoked']) state
    union all select 'beta', 'beta', ''::bytea, 'active', now()`
    await sql`insert into api_keys (id, issuer, name, mode, secret_hash, created_at)
    select name, case name when 'beta' then name else 'acme' end, name,
      case name when 'test' then name else 'live' end, name::bytea, now()
    from unnest(array['live', 'other', 'test', 'beta', 'revoked', 'expired', 'rotated', 'unused']) name`
    await sql`update api_keys set revoked_at = now() where id = 'revoked'`
    await sql`update api_keys set expires_at = now() where id = 'expired'`
    await sql`update api_keys set previous_hash = 'previous', previous_expires_at = now() + '1 day'
    where id = 'rotated'`
    await sql`update api_keys set previous_hash = 'previous', previous_expires_at = now()
    where id = 'beta'`
  })

  beforeEach(async () => {
    const { sql } = world
    await sql`delete from cap_usage`
    await sql`insert into cap_usage (api_key, period, used, reserved)
    select id, cap_period(now()), 5, 2 from api_keys where id <> 'unused'`
    await sql`insert into cap_usage (api_key, period, used, reserved) values ('live', '2020-01-01', 9, 0)`
  })

  afterAll(async () => {
    await Promise.all(opened.map((one) => one.end()))
    await database.drop()
  })
  return world
}
