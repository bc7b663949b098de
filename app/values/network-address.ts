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

/** An address or a range in CIDR form, such as 10.0.0.0/8; null for any other text. */
function readRange(text: string): { base: Address; bits: number } | null {
  const [, first, length] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const base = readAddress(first ?? '')
  if (base === null) return null
  const bitsMax = base.kind() === 'ipv4' ? 32 : 128
  const bits = length === undefined ? bitsMax : Number(length)
  return bits <= bitsMax ? { base, bits } : null
}

export const isRange = (text: string): boolean => readRange(text) !== null

/** Whether an address lies in one of these ranges. */
export function createRanges(texts: readonly string[]): (address: string) => boolean {
  const ranges = texts.flatMap((text) => readRange(text) ?? [])
  return (text) => {
    const address = readAddress(text.replace(/%.*/, ''))
    if (address === null) return false
    return ranges.some(
      ({ base, bits }) => address.kind() === base.kind() && address.match(base, bits),
    )
  }
}

/**
 * The address in an entry of X-Forwarded-For, in its one spelling: some proxies write a port behind
 * it, and brackets around it. Null if the entry holds no address.
 */
export function addressIn(entry: string): string | null {
  const text = entry.trim()
  const [, ipv6, ipv4] = /^(?:\[([^\]]*)\](?::\d{1,5})?|([\d.]+):\d{1,5})$/.exec(text) ?? []
  const address = readAddress(ipv6 ?? ipv4 ?? text)
  if (address === null) return null
  return address.kind() === 'ipv4' ? address.toString() : (address as ipaddr.IPv6).toRFC5952String()
}

export const isLoopback = (text: string): boolean => readAddress(text)?.range() === 'loopback'

/**
 * The network whose attempts are counted together: an IPv4 address, or an IPv6 network of 64 bits,
 * because every customer has a whole one and could come from another address each time. Any other
 * text counts as a network of its own.
 */
export const countedNetwork = (text: string): string => networkOf(text, 8)

/** As `countedNetwork`, with 48 bits of IPv6: many customers have so many networks of 64 bits. */
export const countedSite = (text: string): string => networkOf(text, 6)

function networkOf(text: string, bytesOfIpv6: number): string {
  const address = readAddress(text.replace(/%.*/, ''))
  if (address === null) return text
  const bytes = Buffer.from(address.toByteArray())
  return address.kind() === 'ipv4'
    ? address.toString()
    : `${bytes.toString('hex', 0, bytesOfIpv6)}/${bytesOfIpv6 * 8}`
}
