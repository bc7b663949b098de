import { expect, test } from 'vitest'
import { en } from './en.ts'
import { fill } from './fill.ts'

/** Every word and sentence, with the place where it stands in the catalogue. */
function sentences(value: unknown, at: string): [string, string][] {
  if (typeof value === 'string') return [[at, value]]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, part]) => sentences(part, `${at}.${name}`))
}

test('no sentence is empty, and none has a space at its ends', () => {
  for (const [at, sentence] of sentences(en, 'en')) {
    expect(sentence.trim(), at).toBe(sentence)
    expect(sentence.length, at).toBeGreaterThan(0)
  }
})

test('a place is filled, and a value can’t bring another place along', () => {
  expect(fill('{a} of {b}', { a: '{b}', b: 2 })).toBe('{b} of 2')
  expect(fill('{a} and {constructor}', { a: 1 })).toBe('1 and {constructor}')
})
