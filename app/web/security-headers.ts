/**
 * The headers of every answer. No page has inline scripts or styles, so no nonce is needed. No site
 * may frame a page. No verify link leaks to another site as a referrer. (Under `no-referrer` browsers
 * would send the console's own forms with `Origin: null`, and isSameOrigin would refuse them.)
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

/** For a document that a stranger wrote: it may not run, load or open anything. */
export const SANDBOXED = "default-src 'none'; sandbox; frame-ancestors 'none'"

/** Any page may read public answers. Credentials are not allowed: public routes never read them. */
export const CORS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers':
    'ETag, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id',
}

/** The headers that another site's page may send to a public route; the router adds the methods. */
export const PREFLIGHT = {
  'access-control-allow-headers': 'Content-Type, If-None-Match',
  'access-control-max-age': '86400',
}
