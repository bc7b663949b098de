import { Buffer } from 'node:buffer'
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto'
import type { Ctx } from '../context.ts'

/**
 * What a sealed secret is for; one sealed for one purpose can't be opened for another. `totp-begun`
 * travels through a form and is shown again: what is kept may never be opened by that way.
 */
export type SealPurpose = 'totp' | 'totp-begun' | 'webhook'

const NONCE_BYTES = 12
const TAG_BYTES = 16

const keyFor = (ctx: Ctx, purpose: SealPurpose): Buffer =>
  Buffer.from(hkdfSync('sha256', ctx.config.sessionSecret, '', `counterfoil/seal/${purpose}`, 32))

/**
 * For secrets that have to be known again, unlike passwords: AES-256-GCM under SESSION_SECRET, so
 * that a copy of the database alone gives none of them away. `owner` (whose it is) is sealed in: put
 * into another row, or sent by somebody else, it can't be opened.
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

/** Null where SESSION_SECRET was changed since, or the bytes were, or they are somebody else's. */
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
