import { decodeBase64url } from './bytes.ts'

/** Why something is refused. These codes are public and permanent. */
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

/** Thrown and caught inside the core only; it never leaves it. */
export class Malformed extends Error {
  readonly reason: MalformedReason
  readonly pointer: string
  constructor(reason: MalformedReason, pointer: string, message: string) {
    super(message)
    this.reason = reason
    this.pointer = pointer
  }
}

export function refuse(reason: MalformedReason, pointer: string, says: string): never {
  throw new Malformed(reason, pointer, `${pointer === '' ? 'The whole' : pointer} ${says}.`)
}

/** Runs a reader whose refusals are answers; anything else that is thrown is our own bug. */
export function attempt<T, F>(read: () => T, refused: (error: Malformed) => F): T | F {
  try {
    return read()
  } catch (error) {
    if (error instanceof Malformed) return refused(error)
    throw error
  }
}

/**
 * A member's place (RFC 6901), short enough to show even where the name is 16 KiB long. What can't
 * be seen, or turns text around, is replaced: a hostile name must not rewrite our own sentence.
 */
export function pointTo(pointer: string, name: string): string {
  const shown = Array.from(name.slice(0, 128)).slice(0, 64).join('')
  const plain = shown.replace(/\p{C}/gu, '\ufffd')
  return `${pointer}/${plain.replaceAll('~', '~0').replaceAll('/', '~1')}`
}

/** Selective disclosure (RFC 9901) gives these names a meaning; nobody else may. */
const RESERVED = ['_sd', '_sd_alg', '...']

export function readRecord(value: unknown, pointer: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse('not_an_object', pointer, 'must be an object')
  for (const name of RESERVED)
    if (Object.hasOwn(value, name))
      refuse('reserved_member', pointTo(pointer, name), 'is a reserved name')
  return value as Record<string, unknown>
}

/** An object with exactly these members: what nobody defined can't be read two ways. */
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

/** Lengths are in code points: the unit in which every language can count the same. */
export function readText(value: unknown, pointer: string, max: number): string {
  if (typeof value !== 'string') return refuse('wrong_type', pointer, 'must be text')
  // Counting is only needed where UTF-16 units are too many and code points may not be.
  const { length } = value
  if (length < 1 || length > 2 * max || (length > max && Array.from(value).length > max))
    refuse('wrong_length', pointer, `must have 1 to ${max} characters`)
  return value
}

export function readInteger(value: unknown, pointer: string): number {
  if (typeof value !== 'number') return refuse('wrong_type', pointer, 'must be a number')
  if (!Number.isSafeInteger(value) || value < 0 || Object.is(value, -0))
    refuse('wrong_value', pointer, 'must be a whole number from 0 to 2^53 - 1')
  return value
}

export function readChoice<T extends string | number>(
  value: unknown,
  pointer: string,
  choices: readonly T[],
): T {
  const found = choices.find((choice) => choice === value)
  return found ?? refuse('wrong_value', pointer, `must be ${choices.join(' or ')}`)
}

/** 32 bytes in base64url: a digest, a thumbprint, a key, a secret. */
export function readBytes32(value: unknown, pointer: string): Uint8Array {
  if (typeof value !== 'string') return refuse('wrong_type', pointer, 'must be text')
  const bytes = value.length === 43 ? decodeBase64url(value) : null
  return bytes ?? refuse('not_base64url', pointer, 'must be 32 bytes in canonical base64url')
}

const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

export function readSlug(value: unknown, pointer: string): string {
  if (typeof value === 'string' && SLUG.test(value)) return value
  return refuse('wrong_value', pointer, 'must be a slug: a-z, 0-9 and inner hyphens, at most 63')
}
