import { readUtf8 } from './bytes.ts'

/** A value as `parseJson` gives it: every number is a safe integer, every string well-formed. */
export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject

/** An object without a prototype: `in` finds only the members that the bytes hold. */
export interface JsonObject {
  [name: string]: JsonValue
}

/**
 * The value, or one sentence without its full stop. `at` counts UTF-16 units from the start; where
 * the bytes are not UTF-8, `at` counts bytes.
 *
 *     {"a":1,"a":2}   →   { ok: false, code: 'malformed_json',
 *                           message: 'The same name stands twice in one object', at: 7 }
 */
export type JsonReading =
  | { ok: true; value: JsonValue }
  | { ok: false; code: 'malformed_json'; message: string; at: number }

/**
 * The limits of a text: `depth` counts levels of lists and objects, `nodes` values of every kind
 * without the names of members. `iJson` holds numbers and strings to I-JSON and to whole numbers;
 * without it they may be all that RFC 8259 allows.
 */
export interface JsonRules {
  depth: number
  nodes: number
  iJson: boolean
}

/** Levels of lists and objects in a header or in claims. */
export const JSON_DEPTH_MAX = 16

/** Values in a header or in claims. */
export const JSON_NODES_MAX = 2_000

const RECEIPT_RULES: JsonRules = { depth: JSON_DEPTH_MAX, nodes: JSON_NODES_MAX, iJson: true }

/**
 * Reads I-JSON (RFC 7493) strictly, because a forger looks for bytes that two readers take in two
 * ways: the last of two equal names, a rounded number, a replaced character. JSON.parse allows all
 * three. Never throws.
 */
export function parseJson(bytes: Uint8Array, rules: JsonRules = RECEIPT_RULES): JsonReading {
  const text = readUtf8(bytes)
  if (typeof text === 'number') return failure('The bytes are not UTF-8', text)
  const cursor: Cursor = { text, at: 0, nodes: 0, rules }
  try {
    // A BOM at the start is not white space, so the reader refuses it as a value.
    const value = readValue(cursor, 0)
    if (cursor.at < text.length) refuse('Something follows the value', cursor.at)
    return { ok: true, value }
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

/**
 * Whether a strict reader takes the string: it holds no NUL, no half of a surrogate pair and no
 * non-character, which other readers drop or replace.
 */
export const isReadable = (text: string): boolean =>
  !/[\0\p{Surrogate}\p{Noncharacter_Code_Point}]/u.test(text)

/** How far one text has been read: `at` is the next unit, `nodes` the values so far. */
interface Cursor {
  readonly text: string
  at: number
  nodes: number
  readonly rules: JsonRules
}

class Refusal extends Error {
  readonly at: number
  constructor(message: string, at: number) {
    super(message)
    this.at = at
  }
}

function refuse(message: string, at: number): never {
  throw new Refusal(message, at)
}

function readValue(cursor: Cursor, depth: number): JsonValue {
  skipSpace(cursor)
  const { rules } = cursor
  if (++cursor.nodes > rules.nodes) refuse(`More than ${rules.nodes} values`, cursor.at)
  const first = cursor.text[cursor.at]
  if (depth >= rules.depth && (first === '{' || first === '['))
    refuse(`Nested deeper than ${rules.depth}`, cursor.at)
  const value = readOne(cursor, first, depth + 1)
  skipSpace(cursor)
  return value
}

function readOne(cursor: Cursor, first: string | undefined, depth: number): JsonValue {
  switch (first) {
    case '{':
      return readObject(cursor, depth)
    case '[':
      return readList(cursor, depth)
    case '"':
      return readString(cursor)
    case 't':
      return readWord(cursor, 'true', true)
    case 'f':
      return readWord(cursor, 'false', false)
    case 'n':
      return readWord(cursor, 'null', null)
    default:
      return readNumber(cursor)
  }
}

/**
 * Such an object inherits nothing, so `__proto__` is a name like any other. The class stands here
 * because Object.create(null) is slower.
 */
const Members = function () {} as unknown as new () => JsonObject
Members.prototype = Object.create(null) as JsonObject

function readObject(cursor: Cursor, depth: number): JsonObject {
  const object = new Members()
  readItems(cursor, '}', () => {
    skipSpace(cursor)
    const start = cursor.at
    const name = readString(cursor)
    if (name in object) refuse('The same name stands twice in one object', start)
    skipSpace(cursor)
    expect(cursor, ':')
    object[name] = readValue(cursor, depth)
  })
  return object
}

function readList(cursor: Cursor, depth: number): JsonValue[] {
  const list: JsonValue[] = []
  readItems(cursor, ']', () => list.push(readValue(cursor, depth)))
  return list
}

/** Reads the items between two brackets, with commas between them. */
function readItems(cursor: Cursor, end: string, readItem: () => void): void {
  cursor.at++
  skipSpace(cursor)
  if (cursor.text[cursor.at] !== end)
    for (;;) {
      readItem()
      if (cursor.text[cursor.at] !== ',') break
      cursor.at++
    }
  expect(cursor, end)
}

function readWord<T extends boolean | null>(cursor: Cursor, word: string, value: T): T {
  if (!cursor.text.startsWith(word, cursor.at)) refuse('Expected a value', cursor.at)
  cursor.at += word.length
  return value
}

function readNumber(cursor: Cursor): number {
  const start = cursor.at
  const { iJson } = cursor.rules
  const digits = iJson
    ? /-?(?:0|[1-9][0-9]*)/y
    : /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y
  digits.lastIndex = start
  const found = digits.exec(cursor.text)?.[0] ?? refuse('Expected a value', start)
  cursor.at += found.length
  if (/[.eE0-9]/.test(cursor.text[cursor.at] ?? ''))
    refuse(`Numbers are ${iJson ? 'whole and ' : ''}plainly written`, start)
  const value = Number(found)
  if (iJson && (found === '-0' || !Number.isSafeInteger(value)))
    refuse('Number out of range', start)
  return value
}

function readString(cursor: Cursor): string {
  const { text } = cursor
  const start = cursor.at
  expect(cursor, '"')
  let at = cursor.at
  let value = ''
  let from = at
  let plain = true
  for (;;) {
    const unit = text.charCodeAt(at)
    if (Number.isNaN(unit)) refuse('The text ends inside a string', at)
    if (unit < 0x20) refuse('A control character must be escaped', at)
    if (unit === 0x22) break
    if (unit > 0x7e) plain = false
    if (unit !== 0x5c) {
      at++
      continue
    }
    plain = false
    value += text.slice(from, at) + readEscape(text, at)
    at += text[at + 1] === 'u' ? 6 : 2
    from = at
  }
  value += text.slice(from, at)
  cursor.at = at + 1
  if (!plain && cursor.rules.iJson && !isReadable(value))
    refuse('A string holds NUL, half a surrogate pair or a non-character', start)
  return value
}

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

/** The character that the escape at `at` stands for. */
function readEscape(text: string, at: number): string {
  const letter = text[at + 1] ?? ''
  if (letter !== 'u') return ESCAPES[letter] ?? refuse('Unknown escape', at)
  const hex = text.slice(at + 2, at + 6)
  if (!/^[0-9a-fA-F]{4}$/.test(hex)) refuse('Four hex digits must follow \\u', at + 2)
  return String.fromCharCode(parseInt(hex, 16))
}

function skipSpace(cursor: Cursor): void {
  for (;;) {
    const unit = cursor.text.charCodeAt(cursor.at)
    if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return
    cursor.at++
  }
}

function expect(cursor: Cursor, character: string): void {
  if (cursor.text[cursor.at] !== character) refuse(`Expected ${character}`, cursor.at)
  cursor.at++
}
