import { Buffer } from 'node:buffer'
import type { Ctx } from '#app/context.ts'
import { sha256 } from '#app/values/sha256.ts'

const TOKEN_BYTES = 32
const TOKEN = /^[A-Za-z0-9_-]{43}$/

/** A token for a link or a cookie. The database keeps its digest alone, which opens nothing. */
export function createToken(ctx: Ctx): { token: string; hash: Uint8Array } {
  const token = Buffer.from(ctx.random(TOKEN_BYTES)).toString('base64url')
  return { token, hash: sha256(token) }
}

/** Null for a text in another form than a token's, which saves the query. */
export const hashToken = (token: string | null | undefined): Uint8Array | null =>
  typeof token === 'string' && TOKEN.test(token) ? sha256(token) : null
