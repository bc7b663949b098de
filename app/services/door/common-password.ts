import { Buffer } from 'node:buffer'
import { sha256 } from '#app/values/sha256.ts'
import { COMMON_PASSWORDS, DIGEST_BYTES } from './common-passwords.ts'

const bytes = Buffer.from(COMMON_PASSWORDS, 'base64')
const digests = new Set(
  Array.from({ length: bytes.length / DIGEST_BYTES }, (_, i) =>
    bytes.toString('hex', i * DIGEST_BYTES, (i + 1) * DIGEST_BYTES),
  ),
)

/** Our own names for things, which no list of the world's passwords has. */
const OURS = /^(?:counterfoil|receipts?|administrator|changeme)[\d!.]*$/

/** Whether a password, in lower case, is among the first that attackers try. */
export const isCommonPassword = (password: string): boolean =>
  OURS.test(password) || digests.has(sha256(password).toString('hex', 0, DIGEST_BYTES))
