export const WEBSITE_CHARACTERS_MAX = 2_048

/** A name and password in front of the host would let one site's address look like another's. */
export function isWebsite(text: string): boolean {
  if (text.length > WEBSITE_CHARACTERS_MAX || !URL.canParse(text) || /[\s\p{Cc}]/u.test(text))
    return false
  const { protocol, username, password } = new URL(text)
  return ['http:', 'https:'].includes(protocol) && username === '' && password === ''
}

/**
 * The one spelling that is kept and shown. Its host is in ASCII, so that no mixed script can pass for
 * another host.
 */
export const spellWebsite = (url: string | null): string | null =>
  url === null ? null : new URL(url).href
