import { expect, test } from 'vitest'
import { nameSkeleton } from './name-skeleton.ts'

const LOOK_ALIKE: [string, string, string][] = [
  ['Cyrillic letters', 'ACME', 'АСМЕ'],
  ['small Cyrillic letters', 'apple', 'аррӏе'],
  ['Greek letters', 'Nova', 'Νονа'],
  ['full-width letters', 'Acme', 'Ａｃｍｅ'],
  ['mathematical letters', 'Acme', '𝐀𝐜𝐦𝐞'],
  ['capitals', 'ACME', 'acme'],
  ['zero for O', 'Google', 'G00gle'],
  ['one for l', 'Apple', 'App1e'],
  ['capital I for l', 'Apple', 'AppIe'],
  ['l for capital I, among capitals', 'IBM', 'lBM'],
  ['rn for m', 'Acme', 'Acrne'],
  ['accents', 'Acme', 'Ácmé'],
  ['characters that draw nothing', 'Acme', 'Ac\u200dm\u00ade'],
  ['other spaces', 'Acme Labs', 'Acme\u2003 Labs'],
  ['a dotless i', 'Mistral', 'Mıstral'],
]

test.each(LOOK_ALIKE)('%s don’t make a name another one', (_what, name, other) => {
  expect(nameSkeleton(other)).toBe(nameSkeleton(name))
})

test.each([
  ['Acme', 'Acne'],
  ['Northwind', 'Southwind'],
  ['東京', '京都'],
  ['किताब', 'कताब'],
  ['Заря', 'Заре'],
])('%s and %s are two names', (name, other) => {
  expect(nameSkeleton(other)).not.toBe(nameSkeleton(name))
})

test('a name is its own skeleton’s skeleton, so that comparing is fair both ways', () => {
  for (const [, name, other] of LOOK_ALIKE) {
    expect(nameSkeleton(nameSkeleton(other))).toBe(nameSkeleton(name))
  }
})
