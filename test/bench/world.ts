import { randomBytes } from 'node:crypto'
import { appendFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pino from 'pino'
import type { Config, Ctx } from '#app/context.ts'
import { createCtx } from '#app/context.server.ts'
import { createApiKey } from '#app/services/api-keys/create-api-key.ts'
import { createIssuer } from '#app/services/issuers/create-issuer.ts'
import { publishKey } from '#app/services/issuers/publish-key.ts'
import type { Outcome } from '#app/services/outcome.ts'
import { startEmbedded, type Connection as Cluster } from '#db/embedded.server.ts'
import { migrate } from '#db/migrate.ts'
import { openSql } from '../support/sql.ts'
import { ISSUER, keyOf, makeSigner, signJws, type Signer } from './signer.ts'

/** `small` has the receipts that are read, `large` many more. */
export type Database = 'small' | 'large'

export interface World {
  config: Config
  connections: Record<Database, Cluster>
  signers: Signer[]
  apiKeys: string[]
  /** Lets Postgres wait so long before each sync, as a slower disk would make it; 0 as it is. */
  delaySyncs: (microseconds: number) => Promise<void>
  close: () => Promise<void>
}

const BY = { actor: 'bench', address: null, requestId: null }
const API_KEYS = 1_001
const SIGNERS = 4

/** A Postgres of the bench's own, as durable as a portal's, with an issuer and its keys. */
export async function openWorld(): Promise<World & { cluster: Cluster }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'counterfoil-bench-'))
  const embedded = await startEmbedded({ dataDir })
  const cluster = embedded.connection
  const config = {
    publicUrl: 'http://localhost:3000',
    adminToken: randomBytes(24).toString('base64url'),
    sessionSecret: randomBytes(24).toString('base64url'),
    publicCostMsPerMinute: 6_000,
    apiKeyPepper: randomBytes(24).toString('base64url'),
    requireSecondFactor: false,
    trustedProxies: [],
  }
  const at = (database: Database) => ({ ...cluster, database })
  await execute(cluster, ['create database small'])
  await migrate(at('small'))
  const ctx = createCtx({ connection: at('small'), config, log: pino({ level: 'warn' }) })
  const signers = Array.from({ length: SIGNERS }, makeSigner)
  const apiKeys = await settle(ctx, signers)
  await ctx.db.close()
  return {
    cluster,
    config,
    connections: { small: at('small'), large: at('large') },
    signers,
    apiKeys,
    delaySyncs: async (microseconds) => {
      await appendFile(
        join(embedded.home, 'postgresql.conf'),
        `commit_delay = ${microseconds}\ncommit_siblings = ${microseconds === 0 ? 5 : 0}\n`,
      )
      // Postgres reads its settings again on this signal, in every connection.
      process.kill(embedded.processId()!, 'SIGHUP')
      await sleep(500)
    },
    close: async () => {
      await embedded.stop()
      await rm(embedded.home, { recursive: true, force: true })
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

async function settle(ctx: Ctx, signers: Signer[]): Promise<string[]> {
  need(await createIssuer(ctx, BY, { slug: ISSUER, name: 'Bench Service', url: null }))
  for (const signer of signers) {
    const { kty, crv, x } = signer.privateJwk
    const proof = signJws(
      keyOf(signer),
      { alg: 'Ed25519', kid: signer.kid, typ: 'key-proof+jwt' },
      { iss: ISSUER, aud: ctx.config.publicUrl, iat: Math.floor(Date.now() / 1000) },
    )
    need(await publishKey(ctx, BY, ISSUER, { jwk: { kty, crv, x }, proof }))
  }
  const apiKeys: string[] = []
  // All at once would wait for a connection longer than the pool lets them.
  while (apiKeys.length < API_KEYS) {
    const some = Array.from({ length: Math.min(20, API_KEYS - apiKeys.length) }, async (_, i) => {
      const made = await createApiKey(ctx, BY, ISSUER, {
        name: `Bench ${apiKeys.length + i}`,
        mode: 'live',
        cap: 1_000_000_000,
        ratePerSecond: null,
        expiresAt: null,
      })
      return need(made).apiKey
    })
    apiKeys.push(...(await Promise.all(some)))
  }
  return apiKeys
}

function need<T>(outcome: Outcome<T, string>): T {
  if (!outcome.ok) throw new Error(`the bench's world could not be made: ${outcome.code}`)
  return outcome.value
}

/** Copies `small`, which nobody may be using, as `large`. */
export async function copyWorld(cluster: Cluster): Promise<void> {
  await execute({ ...cluster, database: 'small' }, ['vacuum analyze'])
  await execute(cluster, ['create database large template small'])
}

/** Fills `large` up to so many receipts; it may be filled several times, each time further. */
export async function fillLarge(cluster: Cluster, rows: number): Promise<void> {
  await execute({ ...cluster, database: 'large' }, [
    `with filled as (
       insert into receipts (id, digest, issuer, kid, api_key, mode, visibility, jws, content_digest,
                             jti, received_at)
       select substring(d from 1 for 20), d, r.issuer, r.kid, r.api_key, r.mode, 'private', r.jws,
              d, 'filled-' || n, now()
         from (select n, sha256(('filled ' || n)::bytea) as d
                 from generate_series((select count(*) from receipts) + 1, ${rows}) n) numbered,
              (select * from receipts limit 1) r
       returning issuer, mode, jti, id)
     insert into jobs (issuer, mode, jti, receipt_id) select issuer, mode, jti, id from filled`,
    'vacuum analyze',
  ])
}

async function execute(connection: Cluster, statements: string[]): Promise<void> {
  const sql = openSql(connection)
  try {
    for (const statement of statements) await sql.unsafe(statement)
  } finally {
    await sql.end()
  }
}
