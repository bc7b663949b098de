import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { databaseTest } from '../support/portal-test.ts'
import { PUBLIC_URL } from '../support/portal.ts'
import { findPort, spawnPortal, type SpawnedPortal } from '../support/spawn-portal.ts'

const ROOM = 20
const QUESTION = 'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n'

const db = databaseTest()
let portal: SpawnedPortal
beforeAll(async () => {
  portal = await spawnPortal({
    port: await findPort(),
    database: db.connection,
    env: { FIRST_BYTE_SECONDS: '1', CONNECTIONS_MAX: String(ROOM) },
  })
})
afterAll(() => portal.stop())

interface Raw {
  socket: Socket
  said: () => string
  /** Settles with the milliseconds that the connection lived. */
  closed: Promise<number>
}

async function open(): Promise<Raw> {
  const socket = connect(Number(new URL(portal.origin).port), '127.0.0.1')
  const beganAt = performance.now()
  let said = ''
  socket.on('data', (bytes: Buffer) => (said += bytes.toString()))
  socket.on('error', () => undefined)
  const closed = new Promise<number>((resolve) =>
    socket.once('close', () => resolve(performance.now() - beganAt)),
  )
  await once(socket, 'connect')
  return { socket, said: () => said, closed }
}

const openMany = (count: number): Promise<Raw[]> => Promise.all(Array.from({ length: count }, open))

test('13.4: a connection that sends nothing ends after FIRST_BYTE_SECONDS, and one that has asked does not', async () => {
  const silent = await openMany(ROOM / 2)
  const asking = await openMany(ROOM / 4)
  for (const { socket } of asking) socket.write(QUESTION)
  for (const { closed, said } of silent) {
    const ms = await closed
    expect(ms).toBeGreaterThan(900)
    expect(ms).toBeLessThan(2_500)
    expect(said()).toBe('')
  }
  await sleep(1_500)
  for (const { socket, said } of asking) {
    expect(said()).toMatch(/^HTTP\/1.1 200 /)
    expect(socket.closed).toBe(false)
    socket.destroy()
  }
})

test('13.4: a connection beyond CONNECTIONS_MAX is told so by a 503, and the others go on', async () => {
  const kept = await openMany(ROOM)
  for (const { socket } of kept) socket.write(QUESTION)
  await sleep(200)
  const refused = await openMany(3)
  refused[0]!.socket.write(QUESTION)
  refused[1]!.socket.write('POST /v1/verify HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n{')
  for (const { closed, said } of refused) {
    expect(await closed).toBeLessThan(2_000)
    const [head, body] = said().split('\r\n\r\n')
    expect(head).toMatch(/^HTTP\/1.1 503 Service Unavailable\r\n/)
    expect(head).toMatch(/^retry-after: \d+\r$/m)
    expect(head).toMatch(/^content-type: application\/problem\+json; charset=utf-8\r$/m)
    expect(head).toMatch(/^connection: close$/m)
    const problem = JSON.parse(body!) as Record<string, string>
    expect(problem).toMatchObject({
      type: `${PUBLIC_URL}/problems/unavailable`,
      status: 503,
      code: 'unavailable',
    })
    expect(head).toContain(`x-request-id: ${problem.requestId!}\r\n`)
  }
  for (const { socket } of kept) socket.write(QUESTION)
  await sleep(200)
  for (const { said, socket } of kept) {
    expect(said().match(/HTTP\/1.1 200 /g)).toHaveLength(2)
    socket.destroy()
  }
  await sleep(100)
  expect((await fetch(`${portal.origin}/healthz`)).status).toBe(200)
})

test('13.4: a crowd of 1,000 silent connections leaves the port as soon as it may', async () => {
  const crowd = await openMany(1_000)
  const lives = await Promise.all(crowd.map(({ closed }) => closed))
  expect(Math.max(...lives)).toBeLessThan(4_000)
  expect((await fetch(`${portal.origin}/healthz`)).status).toBe(200)
})

test('13.4: two Host lines are 400, and so is a Host that is none', async () => {
  for (const lines of ['Host: a\r\nHost: a', 'Host: a\r\nhost: b', 'Host: a b']) {
    const asked = await open()
    asked.socket.write(`GET /v1/receipts/x HTTP/1.1\r\n${lines}\r\nConnection: close\r\n\r\n`)
    await asked.closed
    expect(asked.said()).toMatch(/^HTTP\/1.1 400 [^]*"code":"invalid_request"/)
  }
})
