import unhomoglyph from 'unhomoglyph'

/**
 * The look of a name: readers can mistake two names with one skeleton for each other. UTS 39 says
 * how to make a skeleton: decompose, drop invisible characters, replace each character by the one it
 * looks like (Unicode's own table). This function blurs more, because one name refused too many
 * costs little and a double costs an end user's trust. Capitals, accents, spaces and
 * punctuation around a name make no difference, nor does an `i`, `I`, `l`, `1` or `|` in the place of another of them.
 */
export function nameSkeleton(name: string): string {
  // Twice: the result of a replacement or of lower-casing may itself look like something else.
  return blur(blur(name)) || name
}

/** Drawn as nothing or as a blank: format controls, and characters that Unicode counts as drawn. */
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\p{Cf}\u2800\ufffc\u{1d159}]/gu
/** A dot or a quote around a name makes no other name. */
const AROUND = /^[\p{P}\p{White_Space}]+|[\p{P}\p{White_Space}]+$/gu

function blur(text: string): string {
  const drawn = text
    .normalize('NFKD')
    .replace(UNSEEN, '')
    .replace(AROUND, '')
    // Accents belong to no script of their own and go. Vowel signs belong to one and stay.
    .replace(/\p{Script=Inherited}/gu, '')
  return unhomoglyph(drawn)
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{Script=Inherited}|\p{White_Space}/gu, '')
    .replaceAll('i', 'l')
}
