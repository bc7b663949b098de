import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection } from '#db/connection.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signMany, tally } from '../support/crowd.ts'
import { freshDatabase } from '../support/database.ts'
import { openLedger } from '../support/ledger.ts'
import { startPortal, type Portal } from '../support/portal.ts'
import { createService, post } from '../support/world.ts'

let link: Awaited<ReturnType<typeof openTcp>>
let portal: Portal
const cleanups: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  const database = await freshDatabase()
  cleanups.push(database.drop)
  link = await openTcp(database.connection)
  cleanups.push(() => link.close())
  portal = await startPortal(link.connection)
  cleanups.push(() => portal.stop())
  const ledger = openLedger(database.connection)
  cleanups.push(() => ledger.close())
  const service = await createService(portal)
  world = { ledger, service, receipts: await signMany(service, 4_000) }
})
afterAll(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup()
})
let world: {
  ledger: ReturnType<typeof openLedger>
  service: Awaited<ReturnType<typeof createService>>
  receipts: string[]
}

test('a link that is reset under load, again and again, leaves no post without an answer', async () => {
  const { ledger, service, receipts } = world
  const answers: { status: number }[] = []
  let next = 0
  let isOver = false
  let slowest = 0
  const lane = async () => {
    while (!isOver && next < receipts.length) {
      const receipt = receipts[next++]!
      for (let status = 0; status !== 201 && status !== 200;) {
        const began = performance.now()
        const answer = await post(portal, service.key.apiKey, receipt)
        slowest = Math.max(slowest, performance.now() - began)
        answers.push(answer)
        status = answer.status
        if (status === 503) await sleep(20)
      }
    }
  }
  const lanes = Promise.all(Array.from({ length: 16 }, lane))
  for (let i = 0; i < 15; i++) {
    await sleep(100)
    link.reset()
  }
  isOver = true
  await lanes
  const counts = tally(answers)
  console.info(`15 resets: ${JSON.stringify(counts)}, slowest ${slowest.toFixed(0)} ms`)
  expect(counts[503]).toBeGreaterThan(0)
  // Whoever was forgotten would have waited for the 20 seconds after which a group gives up.
  expect(slowest).toBeLessThan(15_000)
  await ledger.expectBalanced()
  expect(await ledger.countReceipts(service.key.id)).toBe(next)
})

/** A way to the database by TCP, whose connections can be reset, as a crashed machine's are. */
async function openTcp(to: Connection) {
  if ('url' in to) throw new Error('the embedded database has a socket, not a URL')
  const nears = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(join(to.host, `.s.PGSQL.${to.port}`))
    nears.add(near)
    for (const socket of [near, far]) {
      socket.on('error', () => socket.destroy())
      socket.on('close', () => {
        nears.delete(near)
        near.destroy()
        far.destroy()
      })
    }
    near.pipe(far).pipe(near)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const reset = () => {
    for (const near of nears) near.resetAndDestroy()
  }
  return {
    connection: { ...to, host: '127.0.0.1', port: (server.address() as AddressInfo).port },
    reset,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      reset()
      await closed
    },
  }
}
