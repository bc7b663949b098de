import { Buffer } from 'node:buffer'
import { Secret, TOTP } from 'otpauth'
import type { Ctx } from '#app/context.ts'
import { sha256 } from '#app/values/sha256.ts'

/** Every authenticator app understands this length, which is that of SHA-1's digest (RFC 4226). */
const TOTP_SECRET_BYTES = 20
const PERIOD_SECONDS = 30
const WINDOW = 1

const RECOVERY_CODES = 10
/** 120 bits, so that SHA-256 keeps them safe: 24 letters and digits, in groups of four. */
const RECOVERY_BYTES = 15

const totpOf = (secret: Uint8Array, label: string, issuer: string): TOTP =>
  new TOTP({
    issuer,
    label,
    algorithm: 'SHA1',
    digits: 6,
    period: PERIOD_SECONDS,
    secret: new Secret({ buffer: Uint8Array.from(secret).buffer }),
  })

export const createTotpSecret = (ctx: Ctx): Uint8Array => ctx.random(TOTP_SECRET_BYTES)

/** The secret as an admin types it, and the URI that an app's camera reads. */
export function describeTotp(
  ctx: Ctx,
  secret: Uint8Array,
  name: string,
): { secret: string; uri: string } {
  // A colon would split the label in two.
  const issuer = `Counterfoil ${new URL(ctx.config.publicUrl).host.replaceAll(':', ' ')}`
  const totp = totpOf(secret, name.replaceAll(':', ' '), issuer)
  // Capitals and spaces: some apps refuse a hyphen.
  const typed = totp.secret.base32.replace(/(.{4})(?=.)/g, '$1 ')
  return { secret: typed, uri: totp.toString() }
}

/** The time step of a code, at most one step early or late; null for a wrong code. */
export function readTotpStep(ctx: Ctx, secret: Uint8Array, typed: string): number | null {
  const token = typed.replace(/\s/g, '')
  if (!/^\d{6}$/.test(token)) return null
  const timestamp = ctx.now()
  const delta = totpOf(secret, '', '').validate({ token, timestamp, window: WINDOW })
  return delta === null ? null : Math.floor(timestamp / 1000 / PERIOD_SECONDS) + delta
}

export function createRecoveryCodes(ctx: Ctx): { codes: string[]; hashes: Uint8Array[] } {
  const raw = Array.from({ length: RECOVERY_CODES }, () =>
    Buffer.from(ctx.random(RECOVERY_BYTES)),
  ).map((bytes) => new Secret({ buffer: Uint8Array.from(bytes).buffer }).base32)
  return { codes: raw.map(inGroups), hashes: raw.map((code) => sha256(code)) }
}

/**
 * Accepts lower case, spaces and hyphens, a zero for the letter O and a one for the letter I. Release
 * 0.1.0 made codes of 16 characters, which let their admins in until they make new ones.
 */
export function hashRecoveryCode(typed: string): Uint8Array | null {
  const code = typed.toUpperCase().replace(/[\s-]/g, '').replaceAll('0', 'O').replaceAll('1', 'I')
  return /^(?:[A-Z2-7]{16}|[A-Z2-7]{24})$/.test(code) ? sha256(code) : null
}

const inGroups = (text: string): string => text.replace(/(.{4})(?=.)/g, '$1-').toLowerCase()
