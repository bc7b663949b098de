import type { IncomingHttpHeaders } from 'node:http'

/**
 * Whether one of our own pages sent a form. Browsers tell it in two headers that a page can't forge;
 * a request without `Origin` comes from no browser and from no form of ours.
 */
export function isSameOrigin(headers: IncomingHttpHeaders, publicUrl: string): boolean {
  const { origin, 'sec-fetch-site': site } = headers
  if (site !== undefined && site !== 'same-origin') return false
  return origin === new URL(publicUrl).origin
}
