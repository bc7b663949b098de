/**
 * The high surrogate at the end of a text, or ''. Its other half may be in the next piece: encoded
 * alone it would become U+FFFD, and the digest would be of another text than the reader's.
 */
export function highAtEnd(text: string): string {
  const last = text.slice(-1)
  return last >= '\ud800' && last <= '\udbff' ? last : ''
}
