import { once } from 'node:events'
import type { Server } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDispatcher } from '#app/web/dispatch.server.ts'
import { createHttpServer, PATIENCE } from '#app/web/node-server.ts'
import { given, portalTest } from '../support/portal-test.ts'
import { createClient, type Client } from '../support/portal.ts'
import { signReceipt } from '../support/signing.ts'
import { createService, post } from '../support/world.ts'

/** As the portal's own, forty times as strict, so that the test is quick. */
const STRICT = {
  ...PATIENCE,
  firstByteMsMax: 250,
  headersMsMax: 250,
  requestMsMax: 750,
  silenceMsMax: 1_500,
  checkMs: 50,
}
const CROWD = 50

let server: Server
let client: Client

const { portal, db } = portalTest()
const service = given(() => createService(portal))
beforeAll(async () => {
  const pages = new Promise<never>(() => undefined)
  server = createHttpServer(createDispatcher(portal.ctx, pages), STRICT)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  client = createClient(`http://127.0.0.1:${port()}`)
})

afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const port = () => (server.address() as AddressInfo).port

/** Sends `first` at once and then a byte every 20 ms; gives how long it was borne, and the answer. */
async function drip(first: string, rest: string | null): Promise<{ ms: number; said: string }> {
  const socket: Socket = connect(port(), '127.0.0.1')
  const beganAt = performance.now()
  let said = ''
  socket.on('data', (bytes: Buffer) => (said += bytes.toString()))
  socket.on('error', () => undefined)
  const closed = new Promise((resolve) => socket.on('close', resolve))
  await once(socket, 'connect')
  if (first !== '') socket.write(first)
  for (let i = 0; rest !== null && !socket.closed && i < 250; i++) {
    socket.write(rest[i % rest.length]!)
    await sleep(20)
  }
  await Promise.race([closed, sleep(4_000)])
  const ms = socket.closed ? performance.now() - beganAt : Infinity
  socket.destroy()
  return { ms, said }
}

const head = () =>
  [
    'POST /v1/receipts HTTP/1.1',
    'Host: portal.test',
    `Authorization: Bearer ${service.key.apiKey}`,
    'Content-Type: application/json',
    '',
  ].join('\r\n')

const SLOW = {
  'headers that never end': () => drip(head(), 'x: y\r\n'),
  'headers byte by byte': () => drip('', head()),
  'a body byte by byte': () => drip(`${head()}Content-Length: 5000\r\n\r\n`, ' '),
  'a chunked body byte by byte': () =>
    drip(`${head()}Transfer-Encoding: chunked\r\n\r\n`, '1\r\n \r\n'),
  'a body that stops': () => drip(`${head()}Content-Length: 5000\r\n\r\n{`, null),
  silence: () => drip('', null),
}

for (const [name, attack] of Object.entries(SLOW)) {
  test(`${CROWD} clients with ${name} are cut off, and others are served meanwhile`, async () => {
    const before = await db.totals()
    const crowd = Promise.all(Array.from({ length: CROWD }, attack))
    await sleep(150)
    const receipt = await signReceipt(service.signer, service.slug, `beside ${name}`)
    const beganAt = performance.now()
    expect((await post(client, service.key.apiKey, receipt)).status).toBe(201)
    const served = performance.now() - beganAt
    const cut = await crowd
    const slowest = Math.max(...cut.map(({ ms }) => ms))
    console.info(
      `${name}: cut after ${Math.round(slowest)} ms; a post beside took ${Math.round(served)} ms`,
    )
    expect(slowest).toBeLessThan(STRICT.silenceMsMax + 1_000)
    for (const { said } of cut) expect(said === '' || said.startsWith('HTTP/1.1 408 ')).toBe(true)
    expect(await db.totals()).toEqual({
      ...before,
      receipts: before.receipts + 1,
      used: before.used + 1,
    })
    expect(portal.logged()).not.toContain('"level":50')
  })
}

test('the portal’s own patience is short enough, and its server has it', () => {
  expect(PATIENCE.headersMsMax).toBeLessThanOrEqual(10_000)
  expect(PATIENCE.requestMsMax).toBeLessThanOrEqual(30_000)
  expect(PATIENCE.silenceMsMax).toBeLessThanOrEqual(60_000)
  const ours = createHttpServer(() => undefined)
  expect(ours).toMatchObject({
    headersTimeout: PATIENCE.headersMsMax,
    requestTimeout: PATIENCE.requestMsMax,
    timeout: PATIENCE.silenceMsMax,
  })
})
