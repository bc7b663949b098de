/**
 * The high surrogate at the end of a text, or ''. Its low surrogate may be in the next piece:
 * encoded alone, the high surrogate would become U+FFFD, and the digest would not match the
 * reader's text.
 */
export function highAtEnd(text: string): string {
  const last = text.slice(-1)
  return last >= '\ud800' && last <= '\udbff' ? last : ''
}
