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

/** What is no part of the secret, its rate for one, may be as old as this. */
const RECENT_MS = 1_000

/** An unknown id is compared with this, so that it takes as long as a wrong secret. */
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

/** `cfl_live_<id>_<32 characters><6 of CRC32>`; `id` makes a new secret for an old key. */
export function createApiKeySecret(
  ctx: Ctx,
  mode: 'live' | 'test',
  id: string = `key_${randomBase62(ctx, ID_CHARACTERS)}`,
): { id: string; apiKey: string; secretHash: Uint8Array } {
  const body = `cfl_${mode}_${id.slice('key_'.length)}_${randomBase62(ctx, SECRET_CHARACTERS)}`
  const apiKey = body + checksum(body)
  return { id, apiKey, secretHash: hashApiKey(ctx, apiKey) }
}

/** Keyed, so that a stolen table is of no use without the pepper. */
const hashApiKey = (ctx: Pick<Ctx, 'config'>, apiKey: string): Uint8Array =>
  createHmac('sha256', ctx.config.apiKeyPepper).update(apiKey).digest()

/** The id an API key names, or null where its checksum says that it was mistyped or made up. */
export function readApiKeyId(apiKey: string): string | null {
  const match = SHAPE.exec(apiKey)
  if (match === null) return null
  const body = apiKey.slice(0, -CHECKSUM_CHARACTERS)
  return checksum(body) === apiKey.slice(-CHECKSUM_CHARACTERS) ? `key_${match[2]!}` : null
}

/** An API key as it was presented. */
export interface ApiKeyHolder extends ApiKeyRow {
  /** Of the secret that was given: the current one, or the one before it during an overlap. */
  givenHash: Uint8Array
}

/**
 * Who holds this API key, or null: unknown, wrong, expired and revoked are one answer. The key's
 * state is read from the database every time. A wrong checksum never gets that far.
 */
export async function authenticateApiKey(ctx: Ctx, apiKey: string): Promise<ApiKeyHolder | null> {
  const id = readApiKeyId(apiKey)
  if (id === null) return null
  const row = await ctx.db.groups.apiKey.call(id)
  if (row !== null) ctx.caches.apiKeys.set(id, { row, at: ctx.now() })
  return matchSecret(row, apiKey, hashApiKey(ctx, apiKey))
}

/**
 * The same for what ends in the group commit, which decides about the key and its secret again, in
 * the transaction that stores: so a row read a moment ago will do, and a busy key costs no statement
 * of its own. Whoever it does not let in is looked at afresh.
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
  // Both comparisons are always made, over bytes of one length.
  const current = timingSafeEqual(givenHash, row?.secretHash ?? DUMMY_HASH)
  const previous = timingSafeEqual(givenHash, row?.previousHash ?? DUMMY_HASH)
  if (row === null || !row.usable) return null
  const modeNamed = apiKey.startsWith('cfl_live_') ? 'live' : 'test'
  const isRight = (current || (previous && row.previousUsable)) && row.mode === modeNamed
  return isRight ? { givenHash, ...row } : null
}
