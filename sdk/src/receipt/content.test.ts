import { expect, test } from 'vitest'
import { encodeBase64url, encodeUtf8 } from './bytes.ts'
import { contentDigest } from './content-digest.ts'
import { checkContent, checkDigest, REPAIR_BYTES_MAX } from './content.ts'
import { countForRepairs, REPAIRS } from './repairs.ts'
import type { ReceiptContent } from './report.ts'

const signed = (text: string): ReceiptContent => ({
  alg: 'sha-256',
  digest: encodeBase64url(contentDigest('sha-256', encodeUtf8(text))!),
  length: encodeUtf8(text).length,
  type: 'text/plain',
  subject: 'text',
})
const check = (was: string, given: string) => checkContent(signed(was), encodeUtf8(given))

test('the first repair of the published order that fits is the one named', () => {
  expect(check('a\n', 'a\r\n')).toEqual({ match: 'repaired', repair: 'line_feeds' })
  expect(check('a', 'a\r\n')).toEqual({ match: 'repaired', repair: 'final_newline_removed' })
  expect(check('a\nb', 'a\rb')).toEqual({ match: 'repaired', repair: 'line_feeds' })
  expect(check('a\r\nb', 'a \r\nb')).toEqual({
    match: 'repaired',
    repair: 'trailing_spaces_removed',
  })
})

test('a text that no repair explains differs', () => {
  for (const given of ['', 'A', 'a b', '\ufeff\ufeffa', 'a\n\n', ' a'])
    expect(check('a', given)).toEqual({ match: 'differs' })
})

test('above a mebibyte only the exact bytes match', () => {
  const big = 'x'.repeat(REPAIR_BYTES_MAX)
  expect(check(big, big)).toEqual({ match: 'exact' })
  expect(check(big.slice(1), big.slice(1) + '\n')).toMatchObject({ match: 'repaired' })
  expect(check(big, big + '\n')).toEqual({ match: 'differs' })
})

test('a mebibyte of spaces is compared in good time', () => {
  const spaces = ' '.repeat(REPAIR_BYTES_MAX - 1) + 'x'
  const content = { ...signed('y'), alg: 'hmac-sha-256' } as ReceiptContent
  delete content.length
  const found = checkContent(content, encodeUtf8(spaces), new Uint8Array(32))
  expect(found).toEqual({ match: 'differs' })
}, 5_000)

test('a mebibyte of combining marks is compared in good time', () => {
  for (const marks of ['\u0316\u0300', '\u0345\u0334', '\u0344', 'e\u0301'.repeat(30) + '\u0316']) {
    const text = marks.repeat(Math.floor(REPAIR_BYTES_MAX / encodeUtf8(marks).length))
    const content = { ...signed('y'), alg: 'hmac-sha-256' } as ReceiptContent
    delete content.length
    const found = checkContent(content, encodeUtf8(text), new Uint8Array(32))
    expect(found).toEqual({ match: 'differs' })
  }
}, 10_000)

test('thirty marks on one letter are still put in order, more are left as they are', () => {
  const marked = (marks: number): string => `e${'\u0301'.repeat(marks)}`
  expect(check(marked(30).normalize('NFC'), marked(30))).toEqual({
    match: 'repaired',
    repair: 'nfc',
  })
  expect(check(marked(31).normalize('NFC'), marked(31))).toEqual({ match: 'differs' })
})

test('a digest answers for itself, but never for keyed content', () => {
  const digest = contentDigest('sha-256', encodeUtf8('a'))!
  expect(checkDigest(signed('a'), digest)).toEqual({ match: 'exact' })
  expect(checkDigest(signed('b'), digest)).toEqual({ match: 'differs' })
  expect(checkDigest(signed('a'), digest.subarray(1))).toEqual({ match: 'differs' })
  const keyed: ReceiptContent = { ...signed('a'), alg: 'hmac-sha-256' }
  expect(checkDigest(keyed, digest)).toEqual({ match: 'not-checkable' })
})

test('a repair is only skipped if its result can not have the signed length', () => {
  const pieces = [
    'a',
    ' ',
    '\t',
    '\r',
    '\n',
    '\r\n',
    '\ufeff',
    'é',
    'e\u0301',
    'ΐ',
    '\u212a',
    '각',
    '𝅘𝅥𝅮',
  ]
  let state = 7
  const next = (below: number): number => {
    state = (state * 48271) % 2147483647
    return state % below
  }
  for (let round = 0; round < 20_000; round++) {
    const text = Array.from({ length: next(8) }, () => pieces[next(pieces.length)]!).join('')
    const counts = countForRepairs(encodeUtf8(text))
    for (const { apply, bytes } of Object.values(REPAIRS)) {
      const [least, most] = bytes(counts)
      const { length } = encodeUtf8(apply(text))
      expect(length >= least && length <= most, JSON.stringify([text, apply.name])).toBe(true)
    }
  }
})

test('no character grows or shrinks by more than three times when it is normalised', () => {
  for (let point = 0x80; point < 0x11_0000; point++) {
    if (point >> 11 === 0x1b) continue
    const text = String.fromCodePoint(point)
    const [least, most] = REPAIRS.nfd.bytes(countForRepairs(encodeUtf8(text)))
    for (const form of ['NFC', 'NFD'] as const) {
      const { length } = encodeUtf8(text.normalize(form))
      if (length < least || length > most) expect(point, form).toBe(0)
    }
  }
})
