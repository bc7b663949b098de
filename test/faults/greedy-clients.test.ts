import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { SAME_ORIGIN } from '../support/console.ts'
import { portalTest } from '../support/portal-test.ts'
import { signReceipt } from '../support/signing.ts'
import { createService, post } from '../support/world.ts'

const { portal } = portalTest()

/** Sends bytes on a connection of their own and gives all that comes back until the portal ends it. */
async function exchange(bytes: string): Promise<string> {
  const socket = connect(Number(new URL(portal.origin).port), '127.0.0.1')
  let heard = ''
  socket.on('data', (chunk: Buffer) => (heard += chunk.toString('latin1')))
  socket.on('error', () => undefined)
  socket.write(bytes)
  await new Promise((ended) => socket.once('close', ended))
  return heard
}

test('13.1: a client that asks for much ahead of the answers loses its connection', async () => {
  const request =
    'GET /v1/receipts/rec_00000000000000000000000000000000 HTTP/1.1\r\nHost: a\r\n\r\n'
  const heard = await exchange(request.repeat(500))
  expect(heard.split('HTTP/1.1 404').length - 1).toBeLessThanOrEqual(8)
  expect((await fetch(`${portal.origin}/healthz`)).status).toBe(200)
})

test('13.1: a few requests ahead of their answers are all answered', async () => {
  const request = 'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n'
  const last = 'GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'
  const heard = await exchange(request.repeat(4) + last)
  expect(heard.split('HTTP/1.1 200').length - 1).toBe(5)
})

test.each(['/v1/verify', '/healthz'])(
  '13.1: a body for %s in thousands of tiny pieces ends its connection',
  async (path) => {
    const head = `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`
    expect(await exchange(head + '1\r\na\r\n'.repeat(20_000))).not.toContain('HTTP/1.1 200')
    expect((await fetch(`${portal.origin}/healthz`)).status).toBe(200)
  },
)

test('13.1: a reservation with NUL is refused as a wrong member', async () => {
  const { slug, signer, key } = await createService(portal)
  const receipt = await signReceipt(signer, slug, 'a text')
  const answer = await post(portal, key.apiKey, receipt, { reservation: 'a\u0000b' })
  expect(answer.body).toMatchObject({ status: 400, code: 'invalid_request' })
})

test('13.10: a digest given beside a bundle is compared, and not the bundle’s own text', async () => {
  const { slug, signer } = await createService(portal)
  const receipt = await signReceipt(signer, slug, 'a text')
  const bundle = { v: 1, receipt, content: { text: 'a text' }, keys: [] }
  const verdictOf = async (more: object) =>
    (await portal.call('POST', '/v1/verify', { body: { bundle, ...more } })).body.verdict
  expect(await verdictOf({})).toBe('valid')
  expect(await verdictOf({ contentDigest: 'A'.repeat(43) })).toBe('differs')
  expect(await verdictOf({ content: { text: 'another text' } })).toBe('differs')
})

test('13.3: a flood of sign-ins is refused before a page is drawn, and other networks are not', async () => {
  const send = async (address: string) => {
    const response = await fetch(`${portal.origin}/admin/sign-in`, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-forwarded-for': address,
        ...SAME_ORIGIN,
      },
      // No form of ours has such a field, so that this test needs no pages.
      body: 'a.b=1',
    })
    await response.arrayBuffer()
    return response
  }
  const statuses: number[] = []
  for (let i = 0; i < 140; i++) statuses.push((await send('198.51.100.77')).status)
  expect(statuses.slice(0, 120)).toEqual(Array(120).fill(400))
  const last = await send('198.51.100.77')
  expect([last.status, last.headers.get('retry-after')]).toEqual([429, '1'])
  expect((await send('198.51.100.78')).status).toBe(400)
})
