import { expect, test } from 'vitest'
import { createDoneScanner } from './done-scanner.ts'
import { encodeUtf8 } from '../receipt/bytes.ts'

const decode = (pieces: Uint8Array[]): string => Buffer.concat(pieces).toString()

function scan(pieces: string[]) {
  const scanner = createDoneScanner()
  const before: Uint8Array[] = []
  let after: Uint8Array[] | null = null
  for (const piece of pieces) {
    const bytes = encodeUtf8(piece)
    if (after !== null) {
      after.push(bytes)
      continue
    }
    const found = scanner.push(bytes)
    before.push(found.before)
    if (found.done !== null) after = [found.done]
  }
  before.push(after === null ? scanner.rest() : new Uint8Array())
  const isBetween = scanner.isBetweenEvents()
  return { before: decode(before), after: after === null ? null : decode(after), isBetween }
}

const STREAMS = [
  ['data: {"a":1}\n\ndata: {"b":"data: [DONE]"}\n\n', 'data: [DONE]\n\n'],
  ['data: {"a":1}\r\n\r\n', 'data: [DONE]\r\n\r\n'],
  ['data: {"a":1}\r\r', 'data:[DONE]\r\r'],
  ['data: dat\ndata\nda\n\n\ndata: [DON\n\n', 'data: [DONE]\n\n: a comment after it\n\n'],
  ['', 'data: [DONE]'],
] as const

test.each(STREAMS)('the end of %j is found at every two cuts', (before, after) => {
  const whole = before + after
  for (let i = 0; i <= whole.length; i++)
    for (let j = i; j <= whole.length; j++) {
      const cut = [whole.slice(0, i), whole.slice(i, j), whole.slice(j)]
      expect(scan(cut)).toEqual({ before, after, isBetween: true })
    }
})

test('a stream without an end goes through whole, and says whether an event is open', () => {
  for (const [stream, isBetween] of [
    ['data: {"a":1}\n\ndata: [DO', false],
    ['data: {"a":1}\n', false],
    ['data: {"a":1}\r\n', false],
    ['data: {"a":1}\r\n\r\n', true],
    ['a word', false],
  ] as const)
    for (let i = 0; i <= stream.length; i++) {
      const found = scan([stream.slice(0, i), stream.slice(i)])
      expect(found.before).toBe(stream)
      expect(found.after).toBeNull()
      if (!stream.endsWith('[DO')) expect(found.isBetween).toBe(isBetween)
    }
})
