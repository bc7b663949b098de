import { expect, test } from 'vitest'
import { encodeUtf8 } from './bytes.ts'
import { parseJson } from './json.ts'

const parse = (text: string) => parseJson(encodeUtf8(text))

test('the reader gives back each value that JSON.stringify writes', () => {
  const values: unknown[] = [
    { a: [1, { b: null, c: [true, false, []] }], '': {}, 'é😀': 'x"\\\n\t\u2028' },
    [[[[]]]],
    'text',
    0,
    { toString: 'x', constructor: 'y', hasOwnProperty: 'z' },
  ]
  for (const value of values)
    for (const space of [0, 2]) {
      const found = parse(JSON.stringify(value, null, space))
      expect(found).toEqual({ ok: true, value })
    }
})

test('objects inherit nothing, so neither can a claim', () => {
  const found = parse('{"__proto__":{"alg":"none"}}')
  expect(found.ok && Object.keys(found.value as object)).toEqual(['__proto__'])
  for (const name of ['constructor', 'toString', 'hasOwnProperty', 'alg'])
    expect(found.ok && name in (found.value as object)).toBe(false)
  expect(found.ok && Object.keys(found.value as object)).toEqual(['__proto__'])
  expect(found.ok && (found.value as Record<string, unknown>).alg).toBeUndefined()
})

test('a refusal says where', () => {
  const places: [string, number][] = [
    ['{"a":1,"a":2}', 7],
    ['[1, 2.5]', 4],
    ['{"a" 1}', 5],
    ['[1] x', 4],
    ['', 0],
    ['"abc', 4],
    ['-', 0],
    ['[-0]', 1],
  ]
  for (const [text, at] of places)
    expect(parse(text)).toMatchObject({ ok: false, code: 'malformed_json', at })
  expect(parseJson(Uint8Array.of(0x22, 0x61, 0xff, 0x22))).toMatchObject({ ok: false, at: 2 })
})

test('any bytes give a value or a refusal, and JSON.parse agrees on each value', () => {
  const alphabet = ['{', '}', '[', ']', ',', ':', '"a"', '"b"', '1', '-0', 'null', ' ', '\\', '"']
  let state = 1
  const next = (below: number): number => {
    state = (state * 48271) % 2147483647
    return state % below
  }
  let values = 0
  for (let round = 0; round < 20_000; round++) {
    let text = ''
    for (let length = next(9); length >= 0; length--) text += alphabet[next(alphabet.length)]!
    const found = parse(text)
    if (!found.ok) continue
    values++
    expect(found.value).toEqual(JSON.parse(text))
  }
  expect(values).toBeGreaterThan(500)
})

test('a wider limit can be asked for, for bodies that hold many receipts', () => {
  const many = JSON.stringify(Array(5000).fill(0))
  expect(parse(many).ok).toBe(false)
  expect(parseJson(encodeUtf8(many), { depth: 16, nodes: 10_000, iJson: true }).ok).toBe(true)
})
