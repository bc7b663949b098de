import type { IncomingHttpHeaders } from 'node:http'

/** Whether the client prefers JSON to a page, by RFC 9110's weights; a tie gives the page. */
export function prefersJson({ accept }: IncomingHttpHeaders): boolean {
  if (accept === undefined) return false
  let json = 0
  let html = 0
  for (const part of accept.split(',')) {
    const [type, ...parameters] = part.split(';').map((s) => s.trim().toLowerCase())
    const q = Number(parameters.find((s) => s.startsWith('q='))?.slice(2) ?? 1)
    if (type === 'application/json') json = Math.max(json, q)
    else if (type === 'text/html' || type === 'application/xhtml+xml') html = Math.max(html, q)
  }
  return json > html
}
