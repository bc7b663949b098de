import unhomoglyph from 'unhomoglyph'

/**
 * What a name looks like: two names with one skeleton can be mistaken for each other. It is made as
 * UTS 39 makes skeletons (decompose, drop what is not drawn, replace each character by the one it
 * looks like, from Unicode's own table), and then blurs more, because it guards whole names, where
 * refusing one too many costs little and a double costs an end user's trust: capitals, accents and
 * spaces don't make a name another, nor does any of `i`, `I`, `l`, `1` and `|` in another's place.
 */
export function nameSkeleton(name: string): string {
  // Twice: what one replacement or lower-casing makes may itself look like something else.
  return blur(blur(name)) || name
}

function blur(text: string): string {
  const drawn = text
    .normalize('NFKD')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    // The marks of no script in particular: accents. Vowel signs belong to theirs and stay.
    .replace(/\p{Script=Inherited}/gu, '')
  return unhomoglyph(drawn)
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{Script=Inherited}|\p{White_Space}/gu, '')
    .replaceAll('i', 'l')
}
