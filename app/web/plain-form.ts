import { Buffer } from 'node:buffer'

/** More than any form of ours has. */
const FIELDS_MAX = 64
const NAME = /^[A-Za-z][\w-]{0,63}$/

/**
 * Whether a body has the fields that a form of ours can have: few, by plain names. The form library
 * reads a name as a path, and `name[99999999]` as a list of so many members, over which it then
 * goes: one short request of a stranger would stop the portal for minutes. It takes orders by
 * `__intent__`, too, for lists that no form here has. And Postgres holds no NUL in a text.
 */
export function isPlainForm(body: Uint8Array): boolean {
  let fields = 0
  for (const [name, value] of new URLSearchParams(Buffer.from(body).toString('latin1')))
    if (++fields > FIELDS_MAX || !NAME.test(name) || value.includes('\u0000')) return false
  return true
}
