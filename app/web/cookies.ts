/**
 * Over https the name begins with `__Host-`, so that no other host and no path can set the cookie.
 * Browsers refuse that prefix over plain http, as on a developer's own machine.
 */
export const sessionCookieName = (publicUrl: string, name = 'session'): string =>
  publicUrl.startsWith('https:') ? `__Host-counterfoil-${name}` : `counterfoil-${name}`

/** The `Set-Cookie` line of a value; null deletes the cookie. */
export function setCookie(
  publicUrl: string,
  name: string,
  value: string | null,
  maxAgeSeconds: number,
): string {
  const secure = publicUrl.startsWith('https:') ? '; Secure' : ''
  const life = value === null ? 0 : maxAgeSeconds
  return `${sessionCookieName(publicUrl, name)}=${value ?? ''}; Path=/; Max-Age=${life}; HttpOnly; SameSite=Lax${secure}`
}

/** The cookie's value; null if the cookie is missing or its value is not shaped like a token. */
export function readCookie(
  header: string | null | undefined,
  publicUrl: string,
  name = 'session',
): string | null {
  const wanted = sessionCookieName(publicUrl, name)
  for (const pair of (header ?? '').split(';')) {
    const [key, value] = pair.trim().split('=', 2)
    if (key === wanted) return /^[A-Za-z0-9_-]{43}$/.test(value ?? '') ? value! : null
  }
  return null
}
