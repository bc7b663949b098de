import { pino } from 'pino'
import { expect, test } from 'vitest'
import { createAddressReader } from './client-address.ts'

const LOOPBACK = ['127.0.0.0/8', '::1']

function reader(trustedProxies: string[] = LOOPBACK) {
  const lines: string[] = []
  let at = 0
  const read = createAddressReader({
    config: { trustedProxies } as never,
    log: pino({}, { write: (line: string) => lines.push(line) }),
    now: () => at,
  })
  return {
    from: (remoteAddress: string, forwarded?: string) =>
      read({
        socket: { remoteAddress } as never,
        headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
      }),
    lines,
    advance: (ms: number) => (at += ms),
  }
}

test('13.26: a stranger can not choose the address that they are counted under', () => {
  const { from } = reader()
  expect(from('203.0.113.9', '198.51.100.1')).toBe('203.0.113.9')
})

test('13.26: without a setting only this machine is believed, and no private network is', () => {
  const { from } = reader()
  expect(from('127.0.0.1', '198.51.100.1, 203.0.113.9')).toBe('203.0.113.9')
  expect(from('::ffff:127.0.0.1', '2001:db8::7')).toBe('2001:db8::7')
  expect(from('::1')).toBe('::1')
  for (const peer of ['10.0.0.2', '192.168.1.1', 'fd00::1', '169.254.0.7', '100.64.0.7', 'fe80::7'])
    expect(from(peer, '198.51.100.1')).toBe(peer)
})

test('13.26: an entry with a port is counted under its address', () => {
  const { from } = reader()
  expect(from('127.0.0.1', '203.0.113.9:51234')).toBe('203.0.113.9')
  expect(from('127.0.0.1', '203.0.113.9:51235')).toBe('203.0.113.9')
  expect(from('127.0.0.1', '[2001:db8::1]:443')).toBe('2001:db8::1')
  expect(from('127.0.0.1', '198.51.100.1, [2001:DB8:0::1]:80')).toBe('2001:db8::1')
})

test('13.26: behind a chain of trusted proxies the client is the last address that is none of them', () => {
  const { from } = reader(['10.0.0.0/8', '192.0.2.7'])
  expect(from('10.0.0.2', '198.51.100.1, 203.0.113.9:1, 192.0.2.7, 10.0.0.1')).toBe('203.0.113.9')
  expect(from('10.0.0.2', '203.0.113.9, 192.0.2.8')).toBe('192.0.2.8')
  expect(from('10.0.0.2', '10.0.0.9, 10.0.0.1')).toBe('10.0.0.9')
  expect(from('127.0.0.1', '203.0.113.9')).toBe('127.0.0.1')
})

test('13.26: an entry that is no address ends the search at the proxy that wrote it', () => {
  const { from } = reader(['127.0.0.1', '10.0.0.0/8'])
  for (const entry of ['<script>', 'unknown', '', '203.0.113.9:x'])
    expect(from('127.0.0.1', `198.51.100.1, ${entry}`)).toBe('127.0.0.1')
  expect(from('127.0.0.1', '203.0.113.9, unknown, 10.0.0.1')).toBe('10.0.0.1')
})

test('13.26: a header that is not believed is said once a minute, with the peer', () => {
  const { from, lines, advance } = reader()
  for (let i = 0; i < 1_000; i++) from('10.0.0.2', '198.51.100.1')
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0]!)).toMatchObject({ level: 40, peer: '10.0.0.2' })
  expect(lines[0]).toMatch(/TRUSTED_PROXIES/)
  from('127.0.0.1', 'unknown')
  expect(lines).toHaveLength(2)
  advance(59_000)
  from('10.0.0.2', '198.51.100.1')
  expect(lines).toHaveLength(2)
  advance(1_000)
  from('10.0.0.2', '198.51.100.1')
  expect(lines).toHaveLength(3)
  from('10.0.0.2')
  from('127.0.0.1', '198.51.100.1')
  expect(lines).toHaveLength(3)
})
