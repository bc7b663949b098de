import { Buffer } from 'node:buffer'
import { createHmac, timingSafeEqual } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { ApiKeyRow } from '#db/queries/api-keys/api-keys.ts'
import type { Ctx } from '#app/context.ts'
import { BASE62, randomBase62 } from '../random-base62.ts'

export type { ApiKeyRow } from '#db/queries/api-keys/api-keys.ts'

const ID_CHARACTERS = 8
const SECRET_CHARACTERS = 32
const CHECKSUM_CHARACTERS = 6
const SHAPE = /^cfl_(live|test)_([0-9A-Za-z]{8})_[0-9A-Za-z]{38}$/

/** A cached API key row may be this old: the group commit checks the secret again. */
const RECENT_MS = 1_000

/** Stands in for an unknown id's hash, so that its refusal takes as long as a wrong secret's. */
const DUMMY_HASH = Buffer.alloc(32, 0xa5)

function checksum(body: string): string {
  let rest = crc32(body)
  let out = ''
  for (let i = 0; i < CHECKSUM_CHARACTERS; i++) {
    out = BASE62[rest % 62]! + out
    rest = Math.floor(rest / 62)
  }
  return out
}

/** `cfl_live_<id>_<32 characters><6 of CRC32>`; a rotation passes the API key's `id`. */
export function createApiKeySecret(
  ctx: Ctx,
  mode: 'live' | 'test',
  id: string = `key_${randomBase62(ctx, ID_CHARACTERS)}`,
): { id: string; apiKey: string; secretHash: Uint8Array } {
  const body = `cfl_${mode}_${id.slice('key_'.length)}_${randomBase62(ctx, SECRET_CHARACTERS)}`
  const apiKey = body + checksum(body)
  return { id, apiKey, secretHash: hashApiKey(ctx, apiKey) }
}

/** The hash is keyed: a stolen table is useless without the pepper. */
const hashApiKey = (ctx: Pick<Ctx, 'config'>, apiKey: string): Uint8Array =>
  createHmac('sha256', ctx.config.apiKeyPepper).update(apiKey).digest()

/** The id in an API key, or null where the checksum shows it mistyped or made up. */
export function readApiKeyId(apiKey: string): string | null {
  const match = SHAPE.exec(apiKey)
  if (match === null) return null
  const body = apiKey.slice(0, -CHECKSUM_CHARACTERS)
  return checksum(body) === apiKey.slice(-CHECKSUM_CHARACTERS) ? `key_${match[2]!}` : null
}

/** The row of an API key that a client presented. */
export interface ApiKeyHolder extends ApiKeyRow {
  /** The presented secret's hash: the current one, or the previous one during an overlap. */
  givenHash: Uint8Array
}

/**
 * The row of this API key, or null: unknown, wrong, expired and revoked keys get one answer. The
 * key's state is read from the database every time, except where the checksum is wrong.
 */
export async function authenticateApiKey(ctx: Ctx, apiKey: string): Promise<ApiKeyHolder | null> {
  const id = readApiKeyId(apiKey)
  if (id === null) return null
  const row = await ctx.db.groups.apiKey.call(id)
  if (row !== null) ctx.caches.apiKeys.set(id, { row, at: ctx.now() })
  return matchSecret(row, apiKey, hashApiKey(ctx, apiKey))
}

/**
 * As `authenticateApiKey`, for a request that ends in the group commit. That transaction checks the
 * key and its secret again, so a cached row is enough here, and a busy key costs no statement of
 * its own. A key that the cached row refuses is read anew.
 */
export async function recogniseApiKey(ctx: Ctx, apiKey: string): Promise<ApiKeyHolder | null> {
  const id = readApiKeyId(apiKey)
  const known = id === null ? undefined : ctx.caches.apiKeys.get(id)
  if (known === undefined || Math.abs(ctx.now() - known.at) > RECENT_MS)
    return authenticateApiKey(ctx, apiKey)
  return matchSecret(known.row, apiKey, hashApiKey(ctx, apiKey)) ?? authenticateApiKey(ctx, apiKey)
}

function matchSecret(
  row: ApiKeyRow | null,
  apiKey: string,
  givenHash: Uint8Array,
): ApiKeyHolder | null {
  // Both comparisons always run, over bytes of one length, so their time tells nothing.
  const current = timingSafeEqual(givenHash, row?.secretHash ?? DUMMY_HASH)
  const previous = timingSafeEqual(givenHash, row?.previousHash ?? DUMMY_HASH)
  if (row === null || !row.usable) return null
  const modeNamed = apiKey.startsWith('cfl_live_') ? 'live' : 'test'
  const isRight = (current || (previous && row.previousUsable)) && row.mode === modeNamed
  return isRight ? { givenHash, ...row } : null
}
