/**
 * Whether a reader sees the text as it is: 1 to `charactersMax` code points, no control characters,
 * no line breaks, no bidirectional controls (they reorder the text around them), no lone surrogates,
 * and no space at either end.
 */
export function isPlainText(text: string, charactersMax: number): boolean {
  if (text.length > 2 * charactersMax) return false
  const length = Array.from(text).length
  if (length < 1 || length > charactersMax || text.trim() !== text) return false
  return !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Noncharacter_Code_Point}]/u.test(text)
}

/** Postgres can't hold a NUL in a text, so no row has a name with one. */
export const isStorable = (text: string): boolean => !text.includes('\u0000')

/** The name after which a page begins; a text that no name can be begins before all names. */
export const nameBefore = (after: string | null): string =>
  after !== null && isStorable(after) ? after : ''

const NAME_CHARACTERS_MAX = 100
export const REASON_CHARACTERS_MAX = 500

/** A name that a reader can see: more than spaces and invisible characters. */
export const isName = (text: string): boolean =>
  isPlainText(text, NAME_CHARACTERS_MAX) &&
  /[\p{L}\p{N}\p{P}\p{S}]/u.test(text.replace(/\p{Default_Ignorable_Code_Point}/gu, ''))
