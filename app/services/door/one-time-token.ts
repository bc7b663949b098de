import { Buffer } from 'node:buffer'
import type { Ctx } from '#app/context.ts'
import { sha256 } from '#app/values/sha256.ts'

const TOKEN_BYTES = 32
const TOKEN = /^[A-Za-z0-9_-]{43}$/

/** For a link or a cookie. Only its digest is kept: who reads the database can't use it. */
export function createToken(ctx: Ctx): { token: string; hash: Uint8Array } {
  const token = Buffer.from(ctx.random(TOKEN_BYTES)).toString('base64url')
  return { token, hash: sha256(token) }
}

/** Null for what was never a token of ours: it needn't be looked for. */
export const hashToken = (token: string | null | undefined): Uint8Array | null =>
  typeof token === 'string' && TOKEN.test(token) ? sha256(token) : null
