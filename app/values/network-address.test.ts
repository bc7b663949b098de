import { expect, test } from 'vitest'
import {
  addressIn,
  countedNetwork,
  createRanges,
  isLoopback,
  isPublicAddress,
  isRange,
} from './network-address.ts'

const INNER: [kind: string, ...addresses: string[]][] = [
  ['loopback', '127.0.0.1', '127.255.255.254', '::1'],
  ['this network', '0.0.0.0', '0.1.2.3', '::'],
  ['private', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fd00::1', 'fc00::1'],
  ['metadata', '169.254.169.254', '168.63.129.16', '100.100.100.200', 'fd00:ec2::254'],
  ['link-local', '169.254.0.1', 'fe80::1', 'fe80::1%eth0', 'febf::1', 'fec0::1'],
  ['CGNAT', '100.64.0.1', '100.127.255.255'],
  ['multicast and broadcast', '224.0.0.1', '239.255.255.255', '255.255.255.255', 'ff02::1'],
  ['reserved and documentation', '240.0.0.1', '192.0.2.1', '198.51.100.1', '203.0.113.1'],
  ['benchmarks and protocols', '198.18.0.1', '192.0.0.192', '2001:db8::1', '100::1', '3fff::1'],
  ['IPv4-mapped', '::ffff:127.0.0.1', '::ffff:7f00:1', '0:0:0:0:0:ffff:a00:1', '::ffff:0.0.0.0'],
  ['IPv4-compatible and translated', '::127.0.0.1', '::8.8.8.8', '::ffff:0:127.0.0.1'],
  ['NAT64', '64:ff9b::127.0.0.1', '64:ff9b::a9fe:a9fe', '64:ff9b:1::8.8.8.8'],
  ['6to4 and Teredo', '2002:7f00:1::', '2002:a9fe:a9fe::1', '2001:0:7f00:1::'],
  ['no address at all', '', 'localhost', '1.2.3', '2130706433', '0x7f.1', '127.1', '[::1]'],
]

test.each(INNER)('%s addresses are never called', (_kind, ...addresses) => {
  for (const address of addresses) expect(isPublicAddress(address), address).toBe(false)
})

test('public addresses are, also those of IPv4 in the letters of IPv6', () => {
  for (const address of [
    '8.8.8.8',
    '1.1.1.1',
    '172.32.0.1',
    '100.128.0.1',
    '2606:4700::1111',
    '::ffff:8.8.8.8',
    '64:ff9b::8.8.8.8',
  ])
    expect(isPublicAddress(address), address).toBe(true)
})

test.each([
  ['203.0.113.9', '203.0.113.9'],
  ['203.0.113.9:51234', '203.0.113.9'],
  [' 2001:DB8:0::1 ', '2001:db8::1'],
  ['[2001:db8::1]', '2001:db8::1'],
  ['[2001:db8::1]:443', '2001:db8::1'],
  ['[::ffff:203.0.113.9]:443', '203.0.113.9'],
  ['::ffff:203.0.113.9', '203.0.113.9'],
  ['203.0.113.9:', null],
  ['203.0.113.9:123456', null],
  ['203.0.113.999:80', null],
  ['[203.0.113.9', null],
  ['2001:db8::1]:443', null],
  ['[2001:db8::1]443', null],
  ['unknown', null],
  ['_hidden', null],
  ['127.1', null],
  ['<script>', null],
  ['', null],
])('13.26: the entry “%s” holds the address %s', (entry, address) => {
  expect(addressIn(entry)).toBe(address)
})

test('13.26: a range is an address or a network, of either family', () => {
  for (const text of ['10.0.0.0/8', '10.1.2.3/8', '0.0.0.0/0', '192.0.2.7', 'fd00::/8', '::1'])
    expect(isRange(text), text).toBe(true)
  for (const text of [
    '',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10/8',
    'fd00::/129',
    '10.0.0.0/8/8',
    'proxy',
  ])
    expect(isRange(text), text).toBe(false)
  const isInside = createRanges(['10.1.2.3/8', 'fd00::/8', '192.0.2.7'])
  for (const text of ['10.255.0.1', '::ffff:10.0.0.2', 'fd12::1', '192.0.2.7'])
    expect(isInside(text), text).toBe(true)
  for (const text of ['11.0.0.1', '::ffff:11.0.0.2', 'fe80::1', '192.0.2.8', 'a::1', '', 'x'])
    expect(isInside(text), text).toBe(false)
})

test('loopback is this machine, by an address', () => {
  for (const address of ['127.0.0.1', '127.255.0.1', '::1']) expect(isLoopback(address)).toBe(true)
  for (const address of ['10.0.0.1', 'fe80::1', 'localhost', '127.1'])
    expect(isLoopback(address), address).toBe(false)
})

test.each([
  ['203.0.113.9', '203.0.113.9'],
  ['::ffff:203.0.113.9', '203.0.113.9'],
  ['64:ff9b::203.0.113.9', '203.0.113.9'],
  ['2001:db8:1:2::1', '20010db800010002/64'],
  ['2001:DB8:1:2:ffff::1', '20010db800010002/64'],
  ['fe80::1%eth0', 'fe80000000000000/64'],
  ['an admin’s id', 'an admin’s id'],
])('attempts from %s are counted under %s', (address, network) => {
  expect(countedNetwork(address)).toBe(network)
})
