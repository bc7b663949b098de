import { expect, test } from 'vitest'
import { clientAddress } from './client-address.ts'

const from = (remoteAddress: string, forwarded?: string) =>
  clientAddress({
    socket: { remoteAddress } as never,
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  })

test('a stranger can not choose the address that they are counted under', () => {
  expect(from('203.0.113.9', '198.51.100.1')).toBe('203.0.113.9')
})

test('behind a proxy of our own the last entry counts, which the proxy wrote', () => {
  expect(from('127.0.0.1', '198.51.100.1, 203.0.113.9')).toBe('203.0.113.9')
  expect(from('::ffff:10.0.0.2', '2001:db8::7')).toBe('2001:db8::7')
  expect(from('::1')).toBe('::1')
})

test('a neighbour on link-local or behind carrier NAT is a stranger, not a proxy of our own', () => {
  for (const peer of ['169.254.0.7', '100.64.0.7', 'fe80::7'])
    expect(from(peer, '198.51.100.1')).toBe(peer)
})

test('an entry that is not an address as a whole is ignored', () => {
  expect(from('127.0.0.1', '<script>')).toBe('127.0.0.1')
  expect(from('127.0.0.1', '203.0.113.9:4711')).toBe('127.0.0.1')
  expect(from('127.0.0.1', '')).toBe('127.0.0.1')
})
