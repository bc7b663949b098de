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
  ['13.28: a dotless i among capitals', 'MISTRAL', 'MıSTRAL'],
  ['13.28: a capital i with a dot', 'Mistral', 'Mİstral'],
  ['13.28: a slanted dotless i', 'Mistral', 'M\u{1d6a4}stral'],
  ['13.28: a braille blank', 'Acme Labs', 'Acme\u2800Labs'],
  ['13.28: a braille blank at the end', 'Acme', 'Acme\u2800'],
  ['13.28: annotation characters', 'Acme', 'Ac\ufff9m\ufffae\ufffb'],
  ['13.28: an object replacement', 'Acme', 'Acme\ufffc'],
  ['13.28: a musical null notehead', 'Acme', 'Ac\u{1d159}me'],
  ['13.28: a hieroglyph joiner', 'Acme', 'Acme\u{13430}'],
  ['13.28: a Syriac abbreviation mark', 'Acme', 'Ac\u070fme'],
  ['13.28: a final dot', 'Acme', 'Acme.'],
  ['13.28: another final dot', 'Acme', 'Acme。'],
  ['13.28: quotes', 'Acme', '“Acme”'],
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
