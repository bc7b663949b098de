import { Buffer } from 'node:buffer'
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto'
import type { Ctx } from '../context.ts'

/**
 * A secret sealed for one purpose can't be opened for another. A `totp-begun` secret travels through
 * a form and is shown again; the stored `totp` secret must never be opened that way.
 */
export type SealPurpose = 'totp' | 'totp-begun' | 'webhook' | 'result'

const NONCE_BYTES = 12
const TAG_BYTES = 16

const keyFor = (ctx: Ctx, purpose: SealPurpose): Buffer =>
  Buffer.from(hkdfSync('sha256', ctx.config.sessionSecret, '', `counterfoil/seal/${purpose}`, 32))

/**
 * Encrypts a secret that the portal has to read again, unlike a password: AES-256-GCM under
 * SESSION_SECRET, so that a copy of the database alone gives no secret away. `owner` is
 * authenticated with it: a secret copied into another row, or sent by another admin, can't be opened.
 */
export function sealSecret(
  ctx: Ctx,
  purpose: SealPurpose,
  owner: string,
  secret: Uint8Array,
): Uint8Array {
  const nonce = ctx.random(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', keyFor(ctx, purpose), nonce)
  cipher.setAAD(Buffer.from(owner))
  return Buffer.concat([nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()])
}

/** Null if SESSION_SECRET or the bytes were changed, or if they belong to another owner. */
export function unsealSecret(
  ctx: Ctx,
  purpose: SealPurpose,
  owner: string,
  sealed: Uint8Array,
): Uint8Array | null {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return null
  const decipher = createDecipheriv(
    'aes-256-gcm',
    keyFor(ctx, purpose),
    sealed.subarray(0, NONCE_BYTES),
    { authTagLength: TAG_BYTES },
  )
  decipher.setAAD(Buffer.from(owner))
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
  try {
    const body = sealed.subarray(NONCE_BYTES, -TAG_BYTES)
    return Buffer.concat([decipher.update(body), decipher.final()])
  } catch {
    return null
  }
}
