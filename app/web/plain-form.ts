import { Buffer } from 'node:buffer'

/** More fields than any form of ours has. */
const FIELDS_MAX = 64
const NAME = /^[A-Za-z][\w-]{0,63}$/

/**
 * Whether a body can come from a form of ours: few fields with plain names. The form library reads a
 * name as a path and `name[99999999]` as a list of that length, which it then walks: one short
 * request of a stranger would stop the portal for minutes. The library also obeys `__intent__`,
 * which our forms never send. Postgres can't hold a NUL in a text.
 */
export function isPlainForm(body: Uint8Array): boolean {
  let fields = 0
  for (const [name, value] of new URLSearchParams(Buffer.from(body).toString('latin1')))
    if (++fields > FIELDS_MAX || !NAME.test(name) || value.includes('\u0000')) return false
  return true
}
