export const WEBSITE_CHARACTERS_MAX = 2_048

/** A name and password in front of the host would let one site's address look like another's. */
export function isWebsite(text: string): boolean {
  if (text.length > WEBSITE_CHARACTERS_MAX || !URL.canParse(text) || /[\s\p{Cc}]/u.test(text))
    return false
  const { protocol, username, password } = new URL(text)
  return ['http:', 'https:'].includes(protocol) && username === '' && password === ''
}
