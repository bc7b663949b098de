import type { IncomingHttpHeaders } from 'node:http'

/**
 * Whether a form was sent by one of our own pages. A browser says so itself, in two headers that a
 * page can't forge; a request without either is no browser's, and no form of ours.
 */
export function isSameOrigin(headers: IncomingHttpHeaders, publicUrl: string): boolean {
  const { origin, 'sec-fetch-site': site } = headers
  if (site !== undefined && site !== 'same-origin') return false
  return origin === new URL(publicUrl).origin
}
