import { expect, test } from 'vitest'
import { firstDifference } from './first-difference.ts'

const SIGNED = 'You may return it within 30 days, free of charge, if the seal is unbroken.'

test('equal texts have no difference', () => expect(firstDifference(SIGNED, SIGNED)).toBeNull())

test('a changed word is shown whole, between the words around it', () =>
  expect(firstDifference(SIGNED, SIGNED.replace('30', '31'))).toMatchObject({
    signed: {
      before: 'You may return it within ',
      differing: '30',
      after: ' days, free of charge, if the seal is unbroken.',
    },
    given: {
      before: 'You may return it within ',
      differing: '31',
      after: ' days, free of charge, if the seal is unbroken.',
    },
  }))

test('a word left out is nothing on one side', () => {
  const found = firstDifference(SIGNED, SIGNED.replace('free of ', ''))
  expect(found).toMatchObject({ signed: { differing: 'free of ' }, given: { differing: '' } })
})

test('only the first of two differences is shown', () => {
  const given = SIGNED.replace('30', '14').replace('unbroken', 'broken')
  expect(firstDifference(SIGNED, given)).toMatchObject({
    signed: { differing: '30' },
    given: { differing: '14' },
  })
})

test('a cut-off text differs by all that is missing', () =>
  expect(firstDifference('one two three', 'one ')).toMatchObject({
    signed: { differing: 'two three', ends: false },
    given: { differing: '', after: '', ends: true },
  }))

test('texts with nothing in common show a bounded part of each', () => {
  const found = firstDifference('a '.repeat(5_000), 'b '.repeat(5_000))
  expect(found?.signed.differing.length).toBeLessThan(100)
  expect(found?.given.differing.length).toBeLessThan(100)
})

test('a difference of spaces alone is found', () =>
  expect(firstDifference('a b', 'a  b')).toMatchObject({
    signed: { differing: ' ' },
    given: { differing: '  ' },
  }))

test('an emoji is never cut in two', () => {
  const found = firstDifference('👍👍🏽 yes', '👍👍 yes')
  expect(found).toMatchObject({
    signed: { before: '', differing: '👍👍🏽' },
    given: { before: '', differing: '👍👍' },
  })
})

test('a word that is whole in both is no part of the difference', () =>
  expect(firstDifference('one two three', 'one two')).toMatchObject({
    signed: { before: 'one two', differing: ' three' },
    given: { before: 'one two', differing: '', ends: true },
  }))

test('a text that only begins like the signed one never shows the signed one’s words', () => {
  const found = firstDifference(`${SIGNED} `.repeat(20), SIGNED)
  expect(found?.given).toMatchObject({ differing: '', after: '', ends: true })
})

/** The same numbers each time, so that a failure can be repeated. */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff
    return Math.floor((state / 0x8000_0000) * below)
  }
}

test('each side is a piece of its own text, whatever was changed', () => {
  const next = numbers(7)
  const words = ['a', 'bb', 'day', ' ', '  ', '\n', '👍🏽', 'é', '日本語', '.', 'unbroken']
  const some = (count: number) => Array.from({ length: count }, () => words[next(words.length)]!)
  for (let round = 0; round < 5_000; round++) {
    const signed = some(1 + next(300))
    const given = [...signed]
    given.splice(next(given.length), next(4) === 0 ? 300 : next(4), ...some(next(4)))
    const left = signed.join(next(2) === 0 ? ' ' : '')
    const right = next(5) === 0 ? left.replaceAll(' ', '  ') : given.join(' ')
    const found = firstDifference(left, right)
    if (left === right) expect(found).toBeNull()
    else
      for (const [side, text, other] of [
        [found!.signed, left, right],
        [found!.given, right, left],
      ] as const) {
        const shown = side.before + side.differing + side.after
        expect(text.includes(shown)).toBe(true)
        expect(shown !== text).toBe(side.cutBefore || side.cutAfter)
        if (side.ends) expect([text.endsWith(shown), other.length > 0]).toEqual([true, true])
      }
  }
})
