/**
 * On every answer. No inline script or style anywhere, so no nonce either; nobody frames us; a
 * verify link never leaks to another site as a referrer. (Under `no-referrer` a browser would also
 * send the console's own forms with `Origin: null`, and they would be refused as a stranger's.)
 */
export function securityHeaders(publicUrl: string): Record<string, string> {
  return {
    'content-security-policy':
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
      "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    'cross-origin-opener-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    ...(publicUrl.startsWith('https:')
      ? { 'strict-transport-security': 'max-age=31536000; includeSubDomains' }
      : {}),
  }
}

/** For a document that came from somebody else: it may not run, load or open anything. */
export const SANDBOXED = "default-src 'none'; sandbox; frame-ancestors 'none'"

/** Public answers may be read by any page; never with credentials, which they don't look at. */
export const CORS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'ETag, Location, Retry-After, X-Request-Id',
}

/** What a page elsewhere may send to a public route; the route's methods are added. */
export const PREFLIGHT = {
  'access-control-allow-headers': 'Content-Type, If-None-Match',
  'access-control-max-age': '86400',
}
