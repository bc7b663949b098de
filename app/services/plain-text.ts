/**
 * Text that shows as what it is: 1 to `charactersMax` code points, no control characters, no line
 * breaks, nothing that turns the direction of what stands around it, no half characters, and no
 * space at either end.
 */
export function isPlainText(text: string, charactersMax: number): boolean {
  if (text.length > 2 * charactersMax) return false
  const length = Array.from(text).length
  if (length < 1 || length > charactersMax || text.trim() !== text) return false
  return !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Noncharacter_Code_Point}]/u.test(text)
}

/** Postgres holds no such character in a text, so nothing is found by a name that has one. */
export const isStorable = (text: string): boolean => !text.includes('\u0000')

/** Where a page of names ended; what no name can be stands before all of them. */
export const nameBefore = (after: string | null): string =>
  after !== null && isStorable(after) ? after : ''

const NAME_CHARACTERS_MAX = 100
export const REASON_CHARACTERS_MAX = 500

/** A name somebody can read: more than spaces and characters that draw nothing. */
export const isName = (text: string): boolean =>
  isPlainText(text, NAME_CHARACTERS_MAX) &&
  /[\p{L}\p{N}\p{P}\p{S}]/u.test(text.replace(/\p{Default_Ignorable_Code_Point}/gu, ''))
