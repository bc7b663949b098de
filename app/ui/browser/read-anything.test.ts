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
    }))

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
      jws: JWS,
    }))

  test.each([
    ['an answer', 'Your order 4471 shipped on 2 November.'],
    ['an answer that mentions a link', `See https://verify.example/r/${ID} for it.`],
    ['JSON that is no bundle', '{"a": 1}'],
    ['broken JSON', '{"receipt": '],
    ['a bundle whose receipt is no text', '{"receipt": 7}'],
    ['an id with a letter too many', `${ID}0`],
    ['a script for a link', `javascript:alert(1)//r/${ID}`],
  ])('takes %s for a text', (_, input) => expect(readAnything(input)).toEqual({ kind: 'text' }))

  test('takes spaces for nothing', () => expect(readAnything(' \n')).toEqual({ kind: 'nothing' }))

  test('takes megabytes for a text without looking for more in them', () =>
    expect(readAnything('{'.repeat(5_000_000))).toEqual({ kind: 'text' }))
})
