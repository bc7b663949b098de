import { expect, test } from 'vitest'
import {
  decodeBase64,
  decodeBase64url,
  decodeHex,
  decodeUtf8,
  encodeBase64url,
  encodeHex,
  encodeUtf8,
} from './bytes.ts'
import { parseReceiptId, receiptDigest, receiptIdOf } from './id.ts'

const ascending = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 37) % 256)

test('bytes come back from every encoding', () => {
  for (let length = 0; length < 70; length++) {
    const bytes = ascending(length)
    expect(decodeBase64url(encodeBase64url(bytes))).toEqual(bytes)
    expect(decodeHex(encodeHex(bytes))).toEqual(bytes)
    expect(decodeBase64(btoa(String.fromCharCode(...bytes)))).toEqual(bytes)
    const url = btoa(String.fromCharCode(...bytes))
      .replaceAll('+', '-')
      .replaceAll('/', '_')
    expect(encodeBase64url(bytes)).toBe(url.replaceAll('=', ''))
  }
})

test('of all texts of one to three characters, only those that encoding gives are read', () => {
  const characters = Array.from('AQgwBz-_9=+/ \n.é')
  const texts = characters.flatMap((a) => [a, ...characters.map((b) => a + b)])
  const all = texts.concat(texts.flatMap((text) => characters.map((c) => text + c)))
  for (const text of all) {
    const bytes = decodeBase64url(text)
    if (bytes !== null) expect(encodeBase64url(bytes)).toBe(text)
  }
  for (const text of ['A', 'AB', 'AAB', 'AA==', 'A+', 'A/', 'AA\n', 'AAAAA', 'éé'])
    expect(decodeBase64url(text)).toBe(null)
  expect(decodeBase64url('')).toEqual(new Uint8Array())
})

test('base64 wants its padding and its own alphabet', () => {
  expect(decodeBase64('/+8=')).toEqual(Uint8Array.of(0xff, 0xef))
  for (const text of ['/+8', '_-8=', '/+8==', '/+9=', '=', 'A===', ' /+8='])
    expect(decodeBase64(text)).toBe(null)
})

test('UTF-8 is read as the platform reads it, byte sequence by byte sequence', () => {
  const platform = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  const expected = (bytes: Uint8Array): string | null => {
    try {
      return platform.decode(bytes)
    } catch {
      return null
    }
  }
  // Every second byte after every first, then two continuation bytes from either end.
  for (let first = 0; first < 256; first++)
    for (let second = 0; second < 256; second++)
      for (const tail of [[], [0x80], [0x80, 0xbf], [0xbf, 0xc0], [0x41]]) {
        const bytes = Uint8Array.of(first, second, ...tail)
        if (decodeUtf8(bytes) !== expected(bytes)) expect(decodeUtf8(bytes)).toBe(expected(bytes))
      }
  const long = '\ufeff' + 'aé€😀'.repeat(10_000)
  expect(decodeUtf8(encodeUtf8(long))).toBe(long)
})

test('hex is whole bytes and nothing else', () => {
  expect(decodeHex('00Ff')).toEqual(Uint8Array.of(0, 255))
  for (const text of ['0', '0g', ' 00', '0x00', '00\n']) expect(decodeHex(text)).toBe(null)
})

test('an id is read from its one spelling only', () => {
  const digest = receiptDigest('a.b.c')
  const id = receiptIdOf(digest)
  expect(id).toMatch(/^rec_[0-9a-z]{32}$/)
  expect(parseReceiptId(id)).toEqual(digest.slice(0, 20))
  expect(receiptIdOf(new Uint8Array(32).fill(255))).toBe(`rec_${'z'.repeat(32)}`)
  const wrong = [id.toUpperCase(), id + '0', id.slice(0, -1), `${id}\n`, ` ${id}`, id.slice(4)]
  for (const text of [...wrong, `rec_${'i'.repeat(32)}`, `rec_${'u'.repeat(32)}`, ''])
    expect(parseReceiptId(text)).toBe(null)
})
