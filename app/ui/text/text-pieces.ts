/** A piece of text that can be shown as it is, or one character that would act instead of show. */
export interface TextPiece {
  text: string
  /** Whether `text` is the name of a character ("U+202E") rather than the text itself. */
  mark: boolean
}

/**
 * Characters that are invisible or change how their neighbours look: controls, bidirectional
 * marks, zero-width and filler characters, tags and variation selectors that can carry a hidden
 * message, lone surrogates. A joiner after a letter or an emoji belongs to the text, as in Hindi
 * and Persian; any other joiner counts as unseen.
 */
const UNSEEN =
  /[\u{0}-\u{8}\u{b}-\u{1f}\u{7f}-\u{9f}\u{ad}\u{34f}\u{61c}\u{115f}\u{1160}\u{17b4}\u{17b5}\u{180b}-\u{180f}\u{200b}\u{200e}\u{200f}\u{2028}-\u{202e}\u{2060}-\u{206f}\u{2800}\u{3164}\u{feff}\u{ffa0}\u{fff0}-\u{fffb}\u{e0000}-\u{e0fff}\p{Cs}\p{Noncharacter_Code_Point}]|(?<![\p{L}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}])[\u{200c}\u{200d}]/gu

/** More marks than any text of a person has. Drawing each one costs the server's time. */
const MARKS_MAX = 400

/**
 * Cuts `text` at every unseen character. `lines` keeps line ends and tabs as they are. After
 * `MARKS_MAX` marks the unseen characters appear as U+FFFD.
 */
export function textPieces(text: string, lines: boolean): TextPiece[] {
  const pieces: TextPiece[] = []
  const unseen = lines ? UNSEEN : UNSEEN_OR_BREAK
  let from = 0
  for (const found of text.matchAll(unseen)) {
    if (lines && found[0] === '\r' && text[found.index + 1] === '\n') continue
    if (pieces.length >= 2 * MARKS_MAX) {
      const rest = text.slice(from).replace(/\r\n/g, '\n').replace(unseen, '\ufffd')
      return [...pieces, { text: rest, mark: false }]
    }
    if (found.index > from) pieces.push({ text: text.slice(from, found.index), mark: false })
    pieces.push({ text: nameOf(found[0]), mark: true })
    from = found.index + found[0].length
  }
  if (from < text.length || pieces.length === 0)
    pieces.push({ text: text.slice(from), mark: false })
  return pieces
}

/** In a name or an id a line end is as misleading as any control character. */
const UNSEEN_OR_BREAK = new RegExp(`[\\t\\n]|${UNSEEN.source}`, 'gu')

function nameOf(character: string): string {
  return `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`
}
