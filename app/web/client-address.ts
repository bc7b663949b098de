import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { isOwnNetwork } from '../values/network-address.ts'

/**
 * The address of the client. A reverse proxy on our own network writes it as the last entry of
 * X-Forwarded-For; the entries before are the client's word. The portal believes no other sender's
 * header, or every client could choose the address that it is counted under.
 */
export function clientAddress(request: Pick<IncomingMessage, 'socket' | 'headers'>): string {
  const peer = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '')
  const forwarded = request.headers['x-forwarded-for']
  if (forwarded === undefined || !isOwnNetwork(peer)) return peer
  const nearest = [forwarded].flat().join(',').split(',').at(-1)!.trim()
  return isIP(nearest) > 0 ? nearest : peer
}
