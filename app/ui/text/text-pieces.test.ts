import { describe, expect, test } from 'vitest'
import { textPieces } from './text-pieces.ts'

const shown = (text: string, lines = false) =>
  textPieces(text, lines)
    .map((piece) => (piece.mark ? `[${piece.text}]` : piece.text))
    .join('')

describe('what came in a receipt', () => {
  test.each([
    ['a bidirectional override', 'invoice\u202Efdp.exe', 'invoice[U+202E]fdp.exe'],
    ['an isolate', '\u2066x\u2069', '[U+2066]x[U+2069]'],
    ['a control character', 'a\u0007b\u0000', 'a[U+0007]b[U+0000]'],
    ['a zero-width space', 'AC\u200BME', 'AC[U+200B]ME'],
    ['a byte order mark', '\uFEFFa', '[U+FEFF]a'],
    ['hidden tag letters', 'a\u{E0041}', 'a[U+E0041]'],
    ['a hidden selector', 'a\u{E0101}', 'a[U+E0101]'],
    ['a lone surrogate', 'a\uD800b', 'a[U+D800]b'],
    ['a joiner that joins nothing', ' \u200Da', ' [U+200D]a'],
    ['a filler that looks like a space', 'a\u3164', 'a[U+3164]'],
    ['a line end in a name', 'a\nb\t', 'a[U+000A]b[U+0009]'],
  ])('shows %s as a mark', (_, text, expected) => expect(shown(text)).toBe(expected))

  test.each([
    ['an emoji made of several', '👩‍👩‍👧 👍🏽'],
    ['Persian with a joiner', 'می‌خواهم'],
    ['Hindi with a joiner', 'क्‍ष'],
    ['Arabic', 'مرحبا بالعالم'],
    ['markup', '<script>alert(1)</script>'],
    ['nothing', ''],
  ])('leaves %s as it is', (_, text) => expect(shown(text)).toBe(text))

  test('names 400 unseen characters at least, and hides none of the others', () => {
    const shownText = shown('a\u202e'.repeat(30_000))
    expect(shownText.match(/\[U\+202E\]/g)!.length).toBeGreaterThanOrEqual(400)
    expect(shownText).not.toContain('\u202e')
    expect(shownText.match(/a/g)).toHaveLength(30_000)
    expect(textPieces('\u202e'.repeat(30_000), false).length).toBeLessThan(1_000)
  })

  test('keeps line ends and tabs of a text, of both kinds', () => {
    expect(shown('a\r\nb\n\tc', true)).toBe('a\r\nb\n\tc')
    expect(shown('a\rb', true)).toBe('a[U+000D]b')
  })
})
