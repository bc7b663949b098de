import { expect, test } from 'vitest'
import { formatTime } from './format-time.ts'
import { en } from '../words/en.ts'

test('a time is written out, in UTC wherever the reader is', () => {
  expect(formatTime(en, '2026-11-03T14:02:10Z')).toBe('3 November 2026, 14:02 UTC')
  expect(formatTime(en, Date.UTC(2026, 0, 1))).toBe('1 January 2026, 00:00 UTC')
})

test('what is no time is shown as it came', () => {
  expect(formatTime(en, 'soon')).toBe('soon')
})
