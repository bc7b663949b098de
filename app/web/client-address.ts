import type { IncomingMessage } from 'node:http'
import type { Ctx } from '../context.ts'
import { MINUTE_MS } from '../values/duration.ts'
import { addressIn, createRanges } from '../values/network-address.ts'

/** A header of any length costs no more than so many entries. */
const HOPS_MAX = 16

const DOUBTS = {
  stranger:
    'X-Forwarded-For is not believed: unless TRUSTED_PROXIES names this peer, all visitors behind it share its limits',
  unreadable:
    'X-Forwarded-For of a trusted proxy holds no address where one is expected: its visitors share its limits',
}

/**
 * Finds the address of the client. Each proxy appends its peer to X-Forwarded-For, so the header is
 * read from its end as long as the address there is a trusted proxy's. The entries before are the
 * client's word. The portal believes no other sender's header, or every client could choose the
 * address that it is counted under.
 */
export function createAddressReader(ctx: Pick<Ctx, 'config' | 'log' | 'now'>) {
  const isTrusted = createRanges(ctx.config.trustedProxies)
  const doubt = createDoubts(ctx)

  return (request: Pick<IncomingMessage, 'socket' | 'headers'>): string => {
    const peer = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '')
    const forwarded = request.headers['x-forwarded-for']
    if (forwarded === undefined) return peer
    if (!isTrusted(peer)) {
      doubt('stranger', peer)
      return peer
    }
    let client = peer
    const entries = [forwarded].flat().join(',').split(',').slice(-HOPS_MAX)
    for (const entry of entries.reverse()) {
      const address = addressIn(entry)
      if (address === null) {
        doubt('unreadable', client)
        return client
      }
      client = address
      if (!isTrusted(client)) return client
    }
    return client
  }
}

/** Says each doubt once a minute: strangers can send the header as often as they like. */
function createDoubts({ log, now }: Pick<Ctx, 'log' | 'now'>) {
  const saidAt = new Map<keyof typeof DOUBTS, number>()
  return (why: keyof typeof DOUBTS, peer: string): void => {
    if (now() - (saidAt.get(why) ?? -Infinity) < MINUTE_MS) return
    saidAt.set(why, now())
    log.warn({ peer }, DOUBTS[why])
  }
}
