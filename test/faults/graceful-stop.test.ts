import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { signMany } from '../support/crowd.ts'
import { databaseTest } from '../support/portal-test.ts'
import { findPort, spawnPortal, type SpawnedPortal } from '../support/spawn-portal.ts'
import { createService } from '../support/world.ts'

/** A busy machine can let more time pass than the portal gives; a fault fails each time. */
const TIMED = { retry: 2 }

const POSTERS = 8

const db = databaseTest()
const running: SpawnedPortal[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((portal) => portal.kill()))
  await db.expectBalanced()
})

async function start(env: Record<string, string>): Promise<SpawnedPortal> {
  const portal = await spawnPortal({ port: await findPort(), database: db.connection, env })
  running.push(portal)
  return portal
}

/** Sends SIGTERM; gives the milliseconds until the portal has ended. */
async function terminate({ child }: SpawnedPortal): Promise<{ ms: number; code: number }> {
  const ended = once(child, 'exit')
  const beganAt = performance.now()
  child.kill('SIGTERM')
  const [code] = (await ended) as [number]
  return { ms: Math.round(performance.now() - beganAt), code }
}

interface Told {
  status: number
  connection: string
}

/** One post on a kept connection, as any client of HTTP sends it. */
const postOn = (agent: Agent, origin: string, apiKey: string, receipt: string): Promise<Told> =>
  new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' }
    const asked = request(`${origin}/v1/receipts`, { method: 'POST', agent, headers }, (answer) => {
      answer.resume()
      answer.on('error', reject)
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, connection: answer.headers.connection ?? '' }),
      )
    })
    asked.on('error', reject)
    asked.end(JSON.stringify({ receipt }))
  })

/** Raw, because fetch would send a half request as a whole one. */
async function openRaw(portal: SpawnedPortal, text: string) {
  const socket: Socket = connect(Number(new URL(portal.origin).port), '127.0.0.1')
  let said = ''
  socket.on('data', (bytes: Buffer) => (said += bytes.toString()))
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  socket.write(text)
  return { socket, said: () => said, closed: once(socket, 'close').then(() => performance.now()) }
}

describe.each([{}, { WEB_CONCURRENCY: '2' }])('with %o', (env: Record<string, string>) => {
  test(
    `13.16: ${POSTERS} posters on kept connections see no reset when the portal stops, in under a second`,
    TIMED,
    async () => {
      const portal = await start(env)
      const service = await createService(portal)
      const receipts = await signMany(service, 20_000)
      const statuses: Record<string, number> = {}
      let next = 0
      const poster = async () => {
        const agent = new Agent({ keepAlive: true, maxSockets: 1 })
        let last = ''
        for (;;) {
          try {
            const told = await postOn(agent, portal.origin, service.key.apiKey, receipts[next++]!)
            statuses[told.status] = (statuses[told.status] ?? 0) + 1
            last = told.connection
          } catch (error) {
            agent.destroy()
            return { last, code: (error as NodeJS.ErrnoException).code }
          }
        }
      }
      const posters = Array.from({ length: POSTERS }, poster)
      await sleep(1_000)
      const { ms, code } = await terminate(portal)
      const ends = await Promise.all(posters)
      console.info(`${JSON.stringify(env)}: stopped in ${ms} ms: ${JSON.stringify(statuses)}`)
      expect(ends).toEqual(Array(POSTERS).fill({ last: 'close', code: 'ECONNREFUSED' }))
      expect(Object.keys(statuses)).toEqual(['201'])
      expect(await db.countReceipts(service.key.id)).toBe(statuses['201'])
      expect(code).toBe(0)
      expect(ms).toBeLessThan(1_000)
    },
  )

  test(
    '13.16: while the portal stops, idle connections end, a request under way is answered, and new ones are refused',
    TIMED,
    async () => {
      const portal = await start(env)
      const service = await createService(portal)
      const [receipt] = await signMany(service, 1)
      const body = JSON.stringify({ receipt })
      const head = [
        'POST /v1/receipts HTTP/1.1',
        'Host: portal.test',
        `Authorization: Bearer ${service.key.apiKey}`,
        'Content-Type: application/json',
        `Content-Length: ${body.length}`,
        '',
        '',
      ].join('\r\n')
      const idle = await openRaw(portal, 'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n')
      const silent = await openRaw(portal, '')
      await sleep(700)
      const late = await openRaw(portal, 'GET /healthz HTTP/1.1\r\nHost: a\r\n')
      const slow = await openRaw(portal, head + body.slice(0, 20))
      await sleep(100)
      const beganAt = performance.now()
      const stopped = terminate(portal)
      for (const { closed } of [idle, silent]) expect((await closed) - beganAt).toBeLessThan(300)
      const fresh = connect(Number(new URL(portal.origin).port), '127.0.0.1')
      expect(await once(fresh, 'error')).toMatchObject([{ code: 'ECONNREFUSED' }])
      await sleep(700)
      late.socket.write('\r\n')
      slow.socket.write(body.slice(20))
      await Promise.all([late.closed, slow.closed])
      expect(late.said()).toMatch(/^HTTP\/1.1 200 [^]*\r\nConnection: close\r\n/)
      expect(slow.said()).toMatch(/^HTTP\/1.1 201 [^]*\r\nConnection: close\r\n/)
      const { ms, code } = await stopped
      console.info(`${JSON.stringify(env)}: stopped in ${ms} ms, of which 700 waited for a client`)
      expect(code).toBe(0)
      expect(ms).toBeLessThan(2_000)
    },
  )
})

test(
  '13.16: a client that was answered a moment ago may send its next request while the portal stops',
  TIMED,
  async () => {
    const portal = await start({})
    const question = 'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n'
    const recent = await openRaw(portal, question)
    await sleep(50)
    const stopped = terminate(portal)
    await sleep(150)
    recent.socket.write(question)
    await recent.closed
    expect(recent.said().match(/HTTP\/1.1 200 OK/g)).toHaveLength(2)
    expect(recent.said()).toMatch(/Connection: close/)
    expect((await stopped).ms).toBeLessThan(1_000)
  },
)

test(
  '13.16: a request that never ends holds the stopping portal for ten seconds, not longer',
  TIMED,
  async () => {
    const portal = await start({ WEB_CONCURRENCY: '2' })
    const stuck = await openRaw(
      portal,
      'POST /v1/verify HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n',
    )
    await sleep(100)
    const { ms, code } = await terminate(portal)
    await stuck.closed
    expect(code).toBe(0)
    expect(ms).toBeGreaterThan(8_000)
    expect(ms).toBeLessThan(14_000)
  },
)
