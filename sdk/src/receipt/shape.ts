import { decodeBase64url } from './bytes.ts'

/** Why a receipt, a key proof or a bundle is malformed. The codes are public and permanent. */
export type MalformedReason =
  | 'too_large'
  | 'not_three_parts'
  | 'not_base64url'
  | 'not_json'
  | 'not_an_object'
  | 'unknown_member'
  | 'reserved_member'
  | 'missing_member'
  | 'wrong_type'
  | 'wrong_value'
  | 'wrong_length'
  | 'too_many_members'
  | 'not_allowed_here'

/** A refusal inside the core: a reader throws it, and `attempt` turns it into an answer. */
export class Malformed extends Error {
  readonly reason: MalformedReason
  readonly pointer: string
  constructor(reason: MalformedReason, pointer: string, message: string) {
    super(message)
    this.reason = reason
    this.pointer = pointer
  }
}

/** Throws `Malformed`, with the place at the head of its sentence: '/header/kid is missing.' */
export function refuse(reason: MalformedReason, pointer: string, says: string): never {
  throw new Malformed(reason, pointer, `${pointer === '' ? 'The whole' : pointer} ${says}.`)
}

/** Turns a reader's refusal into an answer. Any other error is a bug of ours, and goes on up. */
export function attempt<T, F>(read: () => T, refused: (error: Malformed) => F): T | F {
  try {
    return read()
  } catch (error) {
    if (error instanceof Malformed) return refused(error)
    throw error
  }
}

/**
 * The place of a member (RFC 6901): '/claims' and 'a/b' become '/claims/a~1b'. A name of 16 KiB is
 * cut to 64 characters. U+FFFD replaces invisible characters and those that turn the direction of
 * text, because a hostile name must not rewrite our own sentence.
 */
export function pointTo(pointer: string, name: string): string {
  const shown = Array.from(name.slice(0, 128)).slice(0, 64).join('')
  const plain = shown.replace(/\p{C}/gu, '\ufffd')
  return `${pointer}/${plain.replaceAll('~', '~0').replaceAll('/', '~1')}`
}

/** Selective disclosure (RFC 9901) gives these names a meaning, so no other use may. */
const RESERVED = ['_sd', '_sd_alg', '...']

/** Reads an object with any members but the reserved names. Throws `Malformed`. */
export function readRecord(value: unknown, pointer: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse('not_an_object', pointer, 'must be an object')
  for (const name of RESERVED)
    if (Object.hasOwn(value, name))
      refuse('reserved_member', pointTo(pointer, name), 'is a reserved name')
  return value as Record<string, unknown>
}

/**
 * Reads an object with these members and no others, because two verifiers could read an undefined
 * member in two ways. Throws `Malformed`.
 */
export function readMembers(
  value: unknown,
  pointer: string,
  required: readonly string[],
  optional: readonly string[] = [],
): Record<string, unknown> {
  const object = readRecord(value, pointer)
  for (const name of Object.keys(object))
    if (!required.includes(name) && !optional.includes(name))
      refuse('unknown_member', pointTo(pointer, name), 'is not a member of this format')
  for (const name of required)
    if (!Object.hasOwn(object, name)) refuse('missing_member', pointTo(pointer, name), 'is missing')
  return object
}

/**
 * Reads text of 1 to `max` code points: verifiers in all languages count these alike. Throws
 * `Malformed`.
 */
export function readText(value: unknown, pointer: string, max: number): string {
  if (typeof value !== 'string') return refuse('wrong_type', pointer, 'must be text')
  // The code points are counted only where the UTF-16 units are too many.
  const { length } = value
  if (length < 1 || length > 2 * max || (length > max && Array.from(value).length > max))
    refuse('wrong_length', pointer, `must have 1 to ${max} characters`)
  return value
}

/** Reads a whole number from 0 to 2^53 − 1. Throws `Malformed`. */
export function readInteger(value: unknown, pointer: string): number {
  if (typeof value !== 'number') return refuse('wrong_type', pointer, 'must be a number')
  if (!Number.isSafeInteger(value) || value < 0 || Object.is(value, -0))
    refuse('wrong_value', pointer, 'must be a whole number from 0 to 2^53 - 1')
  return value
}

/** Reads one of the given values. Throws `Malformed`. */
export function readChoice<T extends string | number>(
  value: unknown,
  pointer: string,
  choices: readonly T[],
): T {
  const found = choices.find((choice) => choice === value)
  return found ?? refuse('wrong_value', pointer, `must be ${choices.join(' or ')}`)
}

/**
 * Reads 32 bytes in base64url, 43 characters: a digest, thumbprint, key or secret. Throws
 * `Malformed`.
 */
export function readBytes32(value: unknown, pointer: string): Uint8Array {
  if (typeof value !== 'string') return refuse('wrong_type', pointer, 'must be text')
  const bytes = value.length === 43 ? decodeBase64url(value) : null
  return bytes ?? refuse('not_base64url', pointer, 'must be 32 bytes in canonical base64url')
}

const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/** Reads an issuer's slug, such as `acme-answers`. Throws `Malformed`. */
export function readSlug(value: unknown, pointer: string): string {
  if (typeof value === 'string' && SLUG.test(value)) return value
  return refuse('wrong_value', pointer, 'must be a slug: a-z, 0-9 and inner hyphens, at most 63')
}
