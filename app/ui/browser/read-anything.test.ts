import { describe, expect, test } from 'vitest'
import { readAnything } from './read-anything.ts'

const ID = 'rec_0123456789abcdefghjkmnpqrstvwxyz'
const JWS = 'eyJhbGciOiJFZDI1NTE5In0.eyJ2IjoxfQ.c2lnbmF0dXJl'

describe('the box', () => {
  test.each([
    ['an id', ID],
    ['an id in capitals, as somebody spelled it', ID.toUpperCase()],
    ['an id broken over two lines', `${ID.slice(0, 20)}\n${ID.slice(20)}`],
  ])('reads %s', (_, input) => expect(readAnything(input)).toEqual({ kind: 'id', receiptId: ID }))

  test.each([
    ['a link', `https://verify.example/r/${ID}`],
    ['a link in angle brackets, as mail has it', `<https://verify.example/r/${ID}>`],
    ['a link to the JSON', `https://verify.example/r/${ID}.json`],
    ['a link under a path, with a tracker', `https://verify.example/cf/r/${ID}?utm=1`],
    ['a link without its host', `/r/${ID}`],
  ])('reads %s', (_, input) =>
    expect(readAnything(input)).toMatchObject({ kind: 'link', receiptId: ID, secret: null }),
  )

  test('keeps the secret of a full link', () =>
    expect(readAnything(`https://verify.example/r/${ID}#k=abc-_1`)).toEqual({
      kind: 'link',
      receiptId: ID,
      origin: 'https://verify.example',
      secret: 'abc-_1',
      address: `https://verify.example/r/${ID}#k=abc-_1`,
    }))

  test.each([
    ['with a full stop', `https://verify.example/r/${ID}.`],
    ['in brackets', `(https://verify.example/r/${ID})`],
    ['in markdown', `[the receipt](https://verify.example/r/${ID})`],
    ['in a sentence', `See https://verify.example/r/${ID}, and https://verify.example/r/${ID}.`],
  ])('reads a link %s', (_, input) =>
    expect(readAnything(input)).toMatchObject({
      kind: 'link',
      receiptId: ID,
      origin: 'https://verify.example',
      secret: null,
      address: `https://verify.example/r/${ID}`,
    }),
  )

  test('keeps the secret of a link among words', () =>
    expect(readAnything(`Look: <https://a.example/r/${ID}#k=abc-_1>, says the desk.`)).toEqual({
      kind: 'link',
      receiptId: ID,
      origin: 'https://a.example',
      secret: 'abc-_1',
      address: `https://a.example/r/${ID}#k=abc-_1`,
    }))

  test.each([`${ID}.`, `“${ID}”`, `Its id is ${ID}.`, `${ID}>`, `${ID.toUpperCase()}.`])(
    'reads the id in %s',
    (input) => expect(readAnything(input)).toEqual({ kind: 'id', receiptId: ID }),
  )

  test('counts the characters of an id that is too short or too long', () => {
    expect(readAnything(ID.slice(0, -3))).toEqual({ kind: 'wrong-length', characters: 29 })
    expect(readAnything(`${ID}0`)).toEqual({ kind: 'wrong-length', characters: 33 })
  })

  test('reads a receipt, also one that a mail program wrapped', () => {
    expect(readAnything(JWS)).toEqual({ kind: 'receipt', jws: JWS })
    expect(readAnything(` ${JWS.slice(0, 30)}\r\n${JWS.slice(30)}\n`)).toEqual({
      kind: 'receipt',
      jws: JWS,
    })
  })

  test('reads a bundle', () =>
    expect(readAnything(JSON.stringify({ v: 1, receipt: JWS, keys: [] }))).toEqual({
      kind: 'bundle',
    }))

  test.each([
    ['whose receipt is no text', '{"receipt": 7}'],
    ['that is cut off', '{"v":1,"receipt":"ey'],
    ['with a comma too many', '{"keys":[], "receipt" : "ey",}'],
    ['that escapes a name', '{"re\\u0063eipt":"ey"}'],
  ])('13.10: leaves a bundle %s to the strict reader', (_, input) =>
    expect(readAnything(input)).toEqual({ kind: 'bundle' }),
  )

  test.each([
    ['o for 0', ID.replace('0', 'o')],
    ['O for 0', ID.toUpperCase().replace('0', 'O')],
    ['l for 1', ID.replace('1', 'l')],
    ['i for 1', ID.replace('1', 'i')],
    ['I for 1', ID.replace('1', 'I')],
  ])('13.8: reads an id with %s', (_, id) => {
    expect(readAnything(id)).toEqual({ kind: 'id', receiptId: ID })
    expect(readAnything(`Its id is ${id}.`)).toEqual({ kind: 'id', receiptId: ID })
    for (const text of [
      `https://a.example/r/${id}#k=abc-_1`,
      `see https://a.example/r/${id}#k=abc-_1 or ${ID}`,
    ])
      expect(readAnything(text)).toEqual({
        kind: 'link',
        receiptId: ID,
        origin: 'https://a.example',
        secret: 'abc-_1',
        address: `https://a.example/r/${ID}#k=abc-_1`,
      })
  })

  test('13.8: names the character that no id has', () =>
    expect(readAnything(ID.replace('7', 'u'))).toEqual({ kind: 'wrong-character', character: 'u' }))

  test.each([
    ['an answer', 'Your order 4471 shipped on 2 November.'],
    ['an answer that names two receipts', `${ID} and ${ID.replace('0', '1')}`],
    ['JSON that is no bundle', '{"a": 1}'],
    ['broken JSON', '{"a": '],
  ])('takes %s for a text', (_, input) => expect(readAnything(input)).toEqual({ kind: 'text' }))

  test('opens no script, but the receipt it names', () =>
    expect(readAnything(`javascript:alert(1)//r/${ID}`)).toEqual({ kind: 'id', receiptId: ID }))

  test.each(['.', '/r/', 'https://', '/', `https://a.example/r/${ID} `, `/r/${ID}?`, '(', 'rec_'])(
    'is quick with thousands of “%s”',
    (piece) => {
      const startedAt = performance.now()
      readAnything(`x${piece.repeat(Math.floor(65_000 / piece.length))}x`)
      expect(performance.now() - startedAt).toBeLessThan(250)
    },
  )

  test('takes spaces for nothing', () => expect(readAnything(' \n')).toEqual({ kind: 'nothing' }))

  test('takes megabytes for a text without looking for more in them', () =>
    expect(readAnything('{'.repeat(5_000_000))).toEqual({ kind: 'text' }))
})
