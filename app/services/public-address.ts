import { Buffer } from 'node:buffer'
import { BlockList, isIPv4, isIPv6 } from 'node:net'

/** Networks that lead to this machine, to its neighbours, to nobody or to many. RFC 6890 and after. */
const INNER_IPV4: [network: string, bits: number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10], // shared by a carrier's customers; some clouds keep their metadata here
  ['127.0.0.0', 8],
  ['168.63.129.16', 32], // Azure's host, on an address that looks public
  ['169.254.0.0', 16], // link-local: the metadata of most clouds
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4], // reserved, and the broadcast address
]

/** Within 2000::/3, which is all of IPv6 that is public. */
const INNER_IPV6: [network: string, bits: number][] = [
  ['2001::', 23], // among them Teredo, which carries an IPv4 address inside
  ['2001:db8::', 32],
  ['2002::', 16], // 6to4, which does too
  ['3fff::', 20],
]

const innerIpv4 = new BlockList()
for (const [network, bits] of INNER_IPV4) innerIpv4.addSubnet(network, bits, 'ipv4')
const innerIpv6 = new BlockList()
for (const [network, bits] of INNER_IPV6) innerIpv6.addSubnet(network, bits, 'ipv6')
const publicIpv6 = new BlockList()
publicIpv6.addSubnet('2000::', 3, 'ipv6')

/**
 * Whether an address leads out into the internet. Whoever is not known to be public is not: the
 * portal stands where it can reach what an admin's browser can't.
 */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !innerIpv4.check(address, 'ipv4')
  // A zone (fe80::1%eth0) names an interface of this machine.
  if (!isIPv6(address) || address.includes('%')) return false
  const carried = carriedIpv4(address)
  if (carried !== null) return isPublicAddress(carried)
  return publicIpv6.check(address, 'ipv6') && !innerIpv6.check(address, 'ipv6')
}

/** ::ffff:0:0/96 is IPv4 in other letters, and 64:ff9b::/96 is translated to it (NAT64). */
function carriedIpv4(address: string): string | null {
  const bytes = ipv6Bytes(address)
  const prefix = bytes.subarray(0, 12).toString('hex')
  const carries = ['00000000000000000000ffff', '0064ff9b0000000000000000'].includes(prefix)
  return carries ? bytes.subarray(12).join('.') : null
}

function ipv6Bytes(address: string): Buffer {
  // The URL parser writes every spelling in one way: hexadecimal groups and one "::".
  const [head, tail] = new URL(`http://[${address}]/`).hostname.slice(1, -1).split('::')
  const groupsOf = (part: string | undefined): string[] =>
    part === undefined || part === '' ? [] : part.split(':')
  const [before, after] = [groupsOf(head), groupsOf(tail)]
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0')
  const groups = [...before, ...zeros, ...after]
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex')
}

/**
 * Who is counted as one: an IPv4 address, or an IPv6 network of 64 bits. Every customer has a whole
 * one of those, and could come from another address each time.
 */
export function neighbourhood(address: string): string {
  const bare = address.replace(/%.*/, '')
  if (!isIPv6(bare)) return address
  return carriedIpv4(bare) ?? `${ipv6Bytes(bare).toString('hex', 0, 8)}/64`
}

/** This machine itself, by an address. */
export const isLoopback = (address: string): boolean =>
  address === '::1' || (isIPv4(address) && address.startsWith('127.'))
