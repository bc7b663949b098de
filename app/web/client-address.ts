import type { IncomingMessage } from 'node:http'

const OWN_NETWORK =
  /^(?:::ffff:)?(?:127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)|^(?:::1$|f[cd])/i

/**
 * Who is asking. A reverse proxy on our own network says so in the last entry of X-Forwarded-For,
 * which is the one it wrote itself: all before it are the client's word. From anybody else the
 * header is not believed, or every client could choose the address that it is counted under.
 */
export function clientAddress(request: Pick<IncomingMessage, 'socket' | 'headers'>): string {
  const peer = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '')
  if (!OWN_NETWORK.test(peer)) return peer
  const forwarded = [request.headers['x-forwarded-for'] ?? []].flat().join(',')
  const nearest = forwarded.split(',').at(-1)!.trim().slice(0, 64)
  return /^[0-9a-fA-F:.]{2,45}$/.test(nearest) ? nearest : peer
}
