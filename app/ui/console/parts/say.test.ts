import { expect, test } from 'vitest'
import { isTime, sayTime } from './say.ts'

test('a time is read alike everywhere: in UTC, by a month that is no number', () => {
  expect(sayTime('2026-11-03T14:02:59.999Z')).toBe('3 Nov 2026, 14:02 UTC')
  expect(sayTime('2026-11-03T04:02:09.000Z', { toTheSecond: true })).toBe(
    '3 Nov 2026, 04:02:09 UTC',
  )
})

test.each([
  ['2026-11-03T14:02:59.999Z', true],
  ['2026-11-03T14:02:59Z', true],
  ['2026-13-03T14:02:59Z', false],
  ['2026-11-03', false],
  ['Revoked 2026-11-03T14:02:59.999Z', false],
  ['', false],
])('“%s” is a time as the audit keeps it: %s', (text, is) => {
  expect(isTime(text)).toBe(is)
})
