import { refuse, type HttpRequest } from './handler.ts'
import type { Reply } from './reply.ts'

/** Of a body's type, without the parameters. */
export const mediaType = (request: HttpRequest): string =>
  (request.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase()

/**
 * Refuses a body by its headers alone, before the body is read: one of another type, one that is
 * packed, and one in another charset than UTF-8, whose bytes would be misread. Null for others.
 */
export function refuseBody(request: HttpRequest, types: readonly string[]): Reply | null {
  if (isPacked(request)) {
    const detail = 'The body is compressed, and bodies are not unpacked here. Send it as it is.'
    return refuse(request, 'unsupported_media_type', {
      detail,
      headers: { 'accept-encoding': 'identity' },
    })
  }
  if (!types.includes(mediaType(request))) {
    const detail = `Send \`Content-Type: ${types.join('` or `')}\`.`
    return refuse(request, 'unsupported_media_type', { detail })
  }
  if (isUtf8(request)) return null
  const detail = 'The body must be UTF-8: leave `charset` out, or say `charset=utf-8`.'
  return refuse(request, 'unsupported_media_type', { detail })
}

/** RFC 9110, section 8.4; a transfer coding packs a body as well (RFC 9112, section 7). */
function isPacked({ headers }: HttpRequest): boolean {
  const transfer = headers['transfer-encoding'] ?? 'chunked'
  const content = headers['content-encoding'] ?? 'identity'
  return `${transfer},${content}`
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .some((coding) => !['', 'identity', 'chunked'].includes(coding))
}

function isUtf8({ headers }: HttpRequest): boolean {
  const type = headers['content-type'] ?? ''
  if (!type.includes(';')) return true
  const charsets = type.matchAll(/;\s*charset\s*=\s*"?([^";]*)/gi)
  return [...charsets].every(([, charset]) => /^utf-?8$/i.test(charset!.trim()))
}
