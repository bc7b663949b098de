import { once } from 'node:events'
import { createServer, get, type IncomingMessage } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, expect, test } from 'vitest'
import { ClientGone, readBody } from '#app/web/read-body.ts'
import { openConsole } from '../support/console.ts'
import { given, linkedPortalTest } from '../support/portal-test.ts'
import { createService } from '../support/world.ts'

/** Each of these sends a part of a request and hangs up. */
const CLIENTS = 60

const { portal, link } = linkedPortalTest({ pages: true })
const service = given(() => createService(portal))
const viewer = given(() => openConsole(portal, 'viewer'))

/** The lines that were logged since the test began. */
let before = 0
beforeEach(() => {
  before = portal.logged().length
  portal.ctx.refusals.take()
})
const lines = () =>
  portal
    .logged()
    .slice(before)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { level: number; msg: string })

async function open(text: string): Promise<Socket> {
  const socket = connect(Number(new URL(portal.origin).port), '127.0.0.1')
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  socket.write(text)
  return socket
}

const head = (path: string, ...more: string[]): string =>
  [
    `POST ${path} HTTP/1.1`,
    'Host: portal.test',
    'Content-Type: application/json',
    ...more,
    '',
    '',
  ].join('\r\n')

const begun = {
  'a keyed post': () =>
    head('/v1/receipts', `Authorization: Bearer ${service.key.apiKey}`, 'Content-Length: 5000'),
  'a batch in chunks': () =>
    head(
      '/v1/receipts/batch',
      `Authorization: Bearer ${service.key.apiKey}`,
      'Transfer-Encoding: chunked',
    ),
  'a verification': () => head('/v1/verify', 'Content-Length: 5000'),
  'a call of an admin': () =>
    head(
      '/v1/admin/issuers',
      'Authorization: Bearer an-admin-token-for-tests-only',
      'Content-Length: 5000',
    ),
  'a form of the console': () =>
    head(
      '/admin/issuers/new',
      `Cookie: ${viewer.cookie}`,
      'Origin: http://portal.test',
      'Content-Length: 50',
    ).replace('application/json', 'application/x-www-form-urlencoded'),
}

const LEAVES = {
  closes: (socket: Socket) => socket.end(),
  resets: (socket: Socket) => socket.resetAndDestroy(),
}

for (const [what, text] of Object.entries(begun))
  for (const [how, leave] of Object.entries(LEAVES))
    test(`13.5: a client that ${how} in the body of ${what} is one debug line, and nothing is counted`, async () => {
      const sockets = await Promise.all(Array.from({ length: CLIENTS }, () => open(text())))
      for (const socket of sockets) socket.write('{"a":')
      await sleep(100)
      for (const socket of sockets) leave(socket)
      await expect
        .poll(() => lines().filter(({ msg }) => msg === 'the client left').length, {
          timeout: 5_000,
        })
        .toBe(CLIENTS)
      expect(lines().filter(({ level }) => level > 20)).toEqual([])
      expect(portal.ctx.refusals.take()).toEqual([])
    })

test('13.5: a body that is asked for after its client has left is refused at once', async () => {
  const asked = new Promise<unknown>((resolve) => {
    const server = createServer((request) => {
      request.once('close', () => {
        server.close()
        readBody(request, 5000).catch(resolve)
      })
    })
    server.listen(0, '127.0.0.1', () => {
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1', () => {
        socket.write(`${begun['a verification']()}{`)
        setTimeout(() => socket.resetAndDestroy(), 100)
      })
    })
  })
  expect(await asked).toBeInstanceOf(ClientGone)
})

test('13.5: a database that resets its connections is still told from a client that leaves', async () => {
  await portal.call('GET', '/v1/usage', { token: service.key.apiKey })
  await link.cut()
  const answer = await portal.call('GET', '/v1/usage', { token: service.key.apiKey })
  await link.mend()
  expect(answer.status).toBe(503)
  expect(lines().some(({ msg }) => msg === 'the database is away')).toBe(true)
})

/** An export that is under way, and longer than any buffer on its way. */
async function beginExport(): Promise<IncomingMessage> {
  const path = `${portal.origin}/admin/audit.ndjson?actor=filler`
  const asked = get(path, { headers: { cookie: viewer.cookie } })
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  answer.on('error', () => undefined)
  await once(answer, 'readable')
  return answer
}

test('13.5: a client that leaves an export, and a database that does, are told apart', async () => {
  await portal.ctx.db.run(
    `insert into audit_entries (id, at, actor, action, subject, after)
      select gen_random_uuid(), now() - n * interval '1 s', 'filler', 'api_key.update', 'key_filled',
        jsonb_build_object('text', repeat(md5(n::text), 32)) from generate_series(1, 20000) n`,
    [],
  )
  const left = await beginExport()
  left.destroy()
  await expect.poll(() => lines().some(({ msg }) => msg === 'the client left')).toBe(true)
  expect(lines().filter(({ level }) => level > 20)).toEqual([])

  const broken = await beginExport()
  await link.cut()
  broken.resume()
  await expect.poll(() => lines().some(({ msg }) => msg === 'the database is away')).toBe(true)
  await link.mend()
})
