import { describe, expect, test } from 'vitest'
import { findTarget, readWebhookUrl, type Resolve } from './webhook-address.ts'

const PUBLIC = { config: { publicUrl: 'https://receipts.example' } } as Parameters<
  typeof findTarget
>[0]
const TRYING = { config: { publicUrl: 'http://localhost:3000' } } as typeof PUBLIC
const INNER_HTTP = { config: { publicUrl: 'http://receipts.internal' } } as typeof PUBLIC

describe('a webhook’s URL', () => {
  const never: Resolve = () => Promise.reject(new Error('nothing was to be looked up'))

  test.each([
    'http://example.com/',
    'ftp://example.com/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'gopher://127.0.0.1:6379/_FLUSHALL',
    '//example.com',
    'example.com',
    '',
    'https://',
    `https://example.com/${'a'.repeat(2_000)}`,
    'https://user@example.com/',
    'https://user:secret@example.com/',
    'https://example.com:secret@127.0.0.1/',
  ])('%s is refused before anything is looked up', async (url) => {
    expect(readWebhookUrl(PUBLIC, url).ok).toBe(false)
    expect((await findTarget(PUBLIC, url, never)).ok).toBe(false)
  })

  test.each([
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://0177.0.0.1/',
    'https://0x7f.1/',
    'https://127.1/',
    'https://0/',
    'https://①②⑦.⓪.⓪.①/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:a9fe:a9fe]/',
    'https://[64:ff9b::7f00:1]/',
    'https://169.254.169.254/latest/meta-data/',
    'https://192.168.0.1:8443/',
  ])('%s leads to an inner address, however it is written', async (url) => {
    expect((await findTarget(PUBLIC, url, never)).ok).toBe(false)
  })

  test.each([
    ['a name that leads to an inner address', ['10.0.0.5']],
    ['a name with one inner address among public ones', ['93.184.215.14', '127.0.0.1']],
    ['a name with an inner IPv6 address', ['93.184.215.14', '::ffff:10.0.0.1']],
    ['a name without an address', []],
  ])('%s is refused, with the same words', async (_what, addresses) => {
    const answer = await findTarget(PUBLIC, 'https://hook.example/', () =>
      Promise.resolve(addresses),
    )
    expect(answer).toMatchObject({
      ok: false,
      pointer: '/url',
      detail: 'Its host has no address on the public internet.',
    })
  })

  test('the system’s own names are looked up by DNS like any other', async () => {
    const asked: string[] = []
    const resolve: Resolve = (name) => {
      asked.push(name)
      return Promise.resolve(['127.0.0.1'])
    }
    for (const name of ['localhost', 'LOCALHOST', 'localhost.', 'a.localhost'])
      expect((await findTarget(PUBLIC, `https://${name}/`, resolve)).ok).toBe(false)
    expect(asked).toEqual(['localhost', 'localhost', 'localhost.', 'a.localhost'])
  })

  test('plain http is for a receiver on this machine, and only while the portal itself is there', async () => {
    for (const url of ['http://localhost:9000/', 'http://127.0.0.1:9000/', 'http://[::1]:9000/']) {
      expect((await findTarget(TRYING, url, never)).ok, url).toBe(true)
      expect((await findTarget(PUBLIC, url, never)).ok, url).toBe(false)
      expect((await findTarget(INNER_HTTP, url, never)).ok, url).toBe(false)
    }
    for (const url of ['http://example.com/', 'http://127.0.0.2/', 'http://10.0.0.1/'])
      expect((await findTarget(TRYING, url, never)).ok, url).toBe(false)
    expect((await findTarget(TRYING, 'https://127.0.0.1/', never)).ok).toBe(false)
  })

  test('a public one is taken in its one spelling, with any port', async () => {
    const resolve: Resolve = () => Promise.resolve(['93.184.215.14'])
    expect(await findTarget(PUBLIC, 'HTTPS://Hook.Example:8443/a?b=c#d', resolve)).toMatchObject({
      ok: true,
      value: { host: 'hook.example', addresses: ['93.184.215.14'] },
    })
    expect(readWebhookUrl(PUBLIC, 'HTTPS://Hook.Example:8443/a?b=c#d')).toMatchObject({
      value: expect.objectContaining({ href: 'https://hook.example:8443/a?b=c' }) as URL,
    })
  })
})
