import { expect, test } from 'vitest'
import { niceTop } from './nice-top.ts'

test.each([
  [0, 2],
  [1, 2],
  [2, 2],
  [3, 4],
  [9, 10],
  [10, 10],
  [11, 20],
  [312, 400],
  [1_000, 1_000],
  [99_999, 100_000],
  [1_000_000, 1_000_000],
])('the scale of at most %i ends at %i', (most, top) => {
  expect(niceTop(most)).toBe(top)
})

test('a scale holds what it measures, is at most twice as long as needed, and its half is whole', () => {
  for (let most = 0; most < 20_000; most += 7) {
    const top = niceTop(most)
    expect(top).toBeGreaterThanOrEqual(most)
    expect(top).toBeLessThanOrEqual(Math.max(2, most * 2))
    expect(Number.isInteger(top / 2)).toBe(true)
  }
})
