import { Buffer } from 'node:buffer'
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

type Address = ipaddr.IPv4 | ipaddr.IPv6

/** The address of Azure's host machine, which the lists of special networks leave out. */
const AZURE_HOST = '168.63.129.16'
/** The public part of IPv6. */
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3')
/** An IPv6 address of these networks stands for the IPv4 address in its last 32 bits. */
const IPV4_CARRIERS = [
  ipaddr.IPv6.parseCIDR('::ffff:0:0/96'), // IPv4-mapped, RFC 4291
  ipaddr.IPv6.parseCIDR('64:ff9b::/96'), // NAT64, RFC 6052
]

/**
 * Null for a text that Node doesn't read as an address (`127.1`, `0x7f.0.0.1`, `[::1]`), and for an
 * address with a zone (fe80::1%eth0), which names an interface of this machine.
 */
function readAddress(text: string): Address | null {
  const family = text.includes('%') ? 0 : isIP(text)
  if (family === 4) return ipaddr.IPv4.parse(text)
  if (family === 0) return null
  // ipaddr.js takes ::1.2.3.4 for IPv4-mapped, so it gets the URL parser's spelling, without dots.
  const address = ipaddr.IPv6.parse(new URL(`http://[${text}]/`).hostname.slice(1, -1))
  return IPV4_CARRIERS.some((network) => address.match(network))
    ? ipaddr.fromByteArray(address.toByteArray().slice(12))
    : address
}

/**
 * Whether an address leads out into the internet. An address of unknown kind counts as inner: the
 * portal can reach machines that an admin's browser can't.
 */
export function isPublicAddress(text: string): boolean {
  const address = readAddress(text)
  if (address?.range() !== 'unicast') return false
  return address.kind() === 'ipv4' ? address.toString() !== AZURE_HOST : address.match(GLOBAL_IPV6)
}

const OWN_NETWORKS = ['loopback', 'private', 'uniqueLocal']

/**
 * Whether an address is of a network that its owner alone hands out: loopback, RFC 1918, RFC 4193.
 * Carrier NAT (100.64.0.0/10) and link-local networks (169.254.0.0/16, fe80::/10) are not among
 * them: a stranger can hold an address there.
 */
export const isOwnNetwork = (text: string): boolean =>
  OWN_NETWORKS.includes(readAddress(text)?.range() ?? '')

export const isLoopback = (text: string): boolean => readAddress(text)?.range() === 'loopback'

/**
 * The network whose attempts are counted together: an IPv4 address, or an IPv6 network of 64 bits,
 * because every customer has a whole one and could come from another address each time. Any other
 * text counts as a network of its own.
 */
export function countedNetwork(text: string): string {
  const address = readAddress(text.replace(/%.*/, ''))
  if (address === null) return text
  const bytes = Buffer.from(address.toByteArray())
  return address.kind() === 'ipv4' ? address.toString() : `${bytes.toString('hex', 0, 8)}/64`
}
