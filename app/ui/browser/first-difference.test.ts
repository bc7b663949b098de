import { expect, test } from 'vitest'
import { firstDifference } from './first-difference.ts'

const SIGNED = 'You may return it within 30 days, free of charge, if the seal is unbroken.'

test('equal texts have no difference', () => expect(firstDifference(SIGNED, SIGNED)).toBeNull())

test('a changed word is shown whole, between the words around it', () =>
  expect(firstDifference(SIGNED, SIGNED.replace('30', '31'))).toEqual({
    before: 'You may return it within ',
    signed: '30',
    given: '31',
    after: ' days, free of charge, if the seal is unbroken.',
  }))

test('a word left out is nothing on one side', () => {
  const found = firstDifference(SIGNED, SIGNED.replace('free of ', ''))
  expect(found).toMatchObject({ signed: 'free of ', given: '' })
})

test('only the first of two differences is shown', () => {
  const given = SIGNED.replace('30', '14').replace('unbroken', 'broken')
  expect(firstDifference(SIGNED, given)).toMatchObject({ signed: '30', given: '14' })
})

test('a cut-off text differs by all that is missing', () =>
  expect(firstDifference('one two three', 'one ')).toMatchObject({
    signed: 'two three',
    given: '',
  }))

test('texts with nothing in common show a bounded part of each', () => {
  const found = firstDifference('a '.repeat(5_000), 'b '.repeat(5_000))
  expect(found?.signed.length).toBeLessThan(100)
  expect(found?.given.length).toBeLessThan(100)
})

test('a difference of spaces alone is found', () =>
  expect(firstDifference('a b', 'a  b')).toMatchObject({ signed: ' ', given: '  ' }))

test('an emoji is never cut in two', () => {
  const found = firstDifference('👍👍🏽 yes', '👍👍 yes')
  expect(found).toMatchObject({ before: '', signed: '👍👍🏽', given: '👍👍' })
})
