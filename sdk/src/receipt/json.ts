import { readUtf8 } from './bytes.ts'

export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject
export interface JsonObject {
  [name: string]: JsonValue
}

export type JsonReading =
  | { ok: true; value: JsonValue }
  | { ok: false; code: 'malformed_json'; message: string; at: number }

export const JSON_DEPTH_MAX = 16
export const JSON_NODES_MAX = 2_000

const ESCAPES: Record<string, string> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

/** Has no member of its own, so that "__proto__" is a name like any other; Object.create is slower. */
const Members = function () {} as unknown as new () => JsonObject
Members.prototype = Object.create(null) as JsonObject

class Refusal extends Error {
  readonly at: number
  constructor(message: string, at: number) {
    super(message)
    this.at = at
  }
}

/**
 * I-JSON (RFC 7493), read so that no two readers can see two different things in the same bytes:
 * the last of two equal names, a rounded number or a replaced character is a way to show one person
 * something else than another. JSON.parse allows all three.
 *
 * `at` counts UTF-16 units from the start (bytes, where the bytes are not UTF-8).
 */
export function parseJson(
  bytes: Uint8Array,
  limits: { depth: number; nodes: number } = { depth: JSON_DEPTH_MAX, nodes: JSON_NODES_MAX },
): JsonReading {
  const text = readUtf8(bytes)
  if (typeof text === 'number') return failure('The bytes are not UTF-8', text)
  try {
    return { ok: true, value: readText(text, limits) }
  } catch (error) {
    if (error instanceof Refusal) return failure(error.message, error.at)
    throw error
  }
}

const failure = (message: string, at: number): JsonReading => ({
  ok: false,
  code: 'malformed_json',
  message,
  at,
})

function readText(text: string, limits: { depth: number; nodes: number }): JsonValue {
  let at = 0
  let nodes = 0

  const refuse = (message: string, where = at): never => {
    throw new Refusal(message, where)
  }

  const skipSpace = (): void => {
    for (;;) {
      const unit = text.charCodeAt(at)
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return
      at++
    }
  }

  const expect = (character: string): void => {
    if (text[at] !== character) refuse(`Expected ${character}`)
    at++
  }

  const readUnit = (): string => {
    const hex = text.slice(at, at + 4)
    if (!/^[0-9a-fA-F]{4}$/.test(hex)) refuse('Four hex digits must follow \\u')
    at += 4
    return String.fromCharCode(parseInt(hex, 16))
  }

  const readString = (): string => {
    const start = at
    expect('"')
    let value = ''
    let from = at
    let plain = true
    for (;;) {
      const unit = text.charCodeAt(at)
      if (Number.isNaN(unit)) refuse('The text ends inside a string')
      if (unit < 0x20) refuse('A control character must be escaped')
      if (unit === 0x22) break
      if (unit > 0x7e) plain = false
      if (unit !== 0x5c) {
        at++
        continue
      }
      plain = false
      value += text.slice(from, at)
      const letter = text[at + 1] ?? ''
      at += 2
      value += letter === 'u' ? readUnit() : (ESCAPES[letter] ?? refuse('Unknown escape', at - 2))
      from = at
    }
    value += text.slice(from, at)
    at++
    if (!plain && /[\0\p{Surrogate}\p{Noncharacter_Code_Point}]/u.test(value))
      refuse('A string holds NUL, half a surrogate pair or a non-character', start)
    return value
  }

  const readNumber = (): number => {
    const start = at
    const digits = /-?(?:0|[1-9][0-9]*)/y
    digits.lastIndex = at
    const found = digits.exec(text)?.[0] ?? refuse('Expected a value')
    at += found.length
    if (/[.eE0-9]/.test(text[at] ?? '')) refuse('Numbers are whole and plainly written', start)
    const value = Number(found)
    if (found === '-0' || !Number.isSafeInteger(value)) refuse('Number out of range', start)
    return value
  }

  const readList = (depth: number): JsonValue[] => {
    const list: JsonValue[] = []
    at++
    skipSpace()
    if (text[at] !== ']') {
      for (;;) {
        list.push(readValue(depth))
        if (text[at] !== ',') break
        at++
      }
    }
    expect(']')
    return list
  }

  const readObject = (depth: number): JsonObject => {
    const object = new Members()
    at++
    skipSpace()
    if (text[at] !== '}') {
      for (;;) {
        skipSpace()
        const start = at
        const name = readString()
        if (name in object) refuse('The same name stands twice in one object', start)
        skipSpace()
        expect(':')
        object[name] = readValue(depth)
        if (text[at] !== ',') break
        at++
      }
    }
    expect('}')
    return object
  }

  const readWord = <T extends boolean | null>(word: string, value: T): T => {
    if (!text.startsWith(word, at)) refuse('Expected a value')
    at += word.length
    return value
  }

  const readValue = (depth: number): JsonValue => {
    skipSpace()
    if (++nodes > limits.nodes) refuse(`More than ${limits.nodes} values`)
    if (depth >= limits.depth && (text[at] === '{' || text[at] === '['))
      refuse(`Nested deeper than ${limits.depth}`)
    const value = readOne(depth + 1)
    skipSpace()
    return value
  }

  const readOne = (depth: number): JsonValue => {
    switch (text[at]) {
      case '{':
        return readObject(depth)
      case '[':
        return readList(depth)
      case '"':
        return readString()
      case 't':
        return readWord('true', true)
      case 'f':
        return readWord('false', false)
      case 'n':
        return readWord('null', null)
      default:
        return readNumber()
    }
  }

  // A BOM at the start is not white space, so it is refused as a value.
  const value = readValue(0)
  if (at < text.length) refuse('Something follows the value')
  return value
}
