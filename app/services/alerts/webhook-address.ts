import { Resolver } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { Ctx } from '#app/context.ts'
import { isLoopback, isPublicAddress } from '#app/values/network-address.ts'
import { done, refused, type Outcome } from '../outcome.ts'

const WEBHOOK_URL_CHARACTERS_MAX = 2_000

/** Every address of a name; an empty list for a name without one. */
export type Resolve = (name: string) => Promise<string[]>

/** A webhook's URL with the addresses that were checked; the portal connects to no other. */
export interface Target {
  url: URL
  /** Without the brackets of IPv6. */
  host: string
  addresses: string[]
}

const LOCAL_NAMES = ['localhost', '127.0.0.1', '[::1]']

/** Whether the portal runs on a developer's own machine, over plain http. */
function isTryingOut(ctx: Pick<Ctx, 'config'>): boolean {
  const { protocol, hostname } = new URL(ctx.config.publicUrl)
  return protocol === 'http:' && LOCAL_NAMES.includes(hostname)
}

/**
 * The URL in its one spelling, if a webhook may have it: https, without a user name or password.
 * The URL parser turns every way to write an IPv4 address (decimal, octal, 0x7f.1) into the usual
 * one. Plain http is for a developer's receiver beside a portal that runs on the same machine.
 */
export function readWebhookUrl(
  ctx: Pick<Ctx, 'config'>,
  text: string,
): Outcome<URL, 'invalid_request'> {
  const no = (detail: string) => refused('invalid_request', { pointer: '/url', detail })
  if (text.length > WEBHOOK_URL_CHARACTERS_MAX)
    return no(`Has more than ${WEBHOOK_URL_CHARACTERS_MAX} characters.`)
  if (!URL.canParse(text)) return no('Is no address: it should look like https://example.com/hook.')
  const url = new URL(text)
  const isLocal = url.protocol === 'http:' && LOCAL_NAMES.includes(url.hostname)
  if (url.protocol !== 'https:' && !(isLocal && isTryingOut(ctx)))
    return no('Must begin with https://.')
  if (url.username !== '' || url.password !== '')
    return no('Must not hold a user name or a password.')
  url.hash = ''
  return done(url)
}

/**
 * Reads the URL and looks its host up. The portal does so before every attempt, because a name that
 * was public when an admin entered it may lead elsewhere today. One inner address among many is
 * enough to refuse: the others could be bait.
 */
export async function findTarget(
  ctx: Pick<Ctx, 'config'>,
  text: string,
  resolve: Resolve,
): Promise<Outcome<Target, 'invalid_request'>> {
  const read = readWebhookUrl(ctx, text)
  if (!read.ok) return read
  const url = read.value
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const isLocal = url.protocol === 'http:'
  const addresses =
    isLocal && host === 'localhost'
      ? ['127.0.0.1', '::1']
      : isIP(host) > 0
        ? [host]
        : await resolve(host)
  const may = isLocal ? isLoopback : isPublicAddress
  if (addresses.length === 0 || !addresses.every(may)) {
    // One sentence for no address and an inner one: it hides which names an inner DNS server knows.
    return refused('invalid_request', {
      pointer: '/url',
      detail: 'Its host has no address on the public internet.',
    })
  }
  return done({ url, host, addresses })
}

/**
 * Asks DNS itself rather than the system's resolver, which waits in the few threads that check
 * signatures: a slow name server would slow every post.
 */
export const resolveByDns: Resolve = async (name) => {
  const resolver = new Resolver({ timeout: 2_000, tries: 2 })
  const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)])
  return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
}
