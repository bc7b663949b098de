import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { startEmbedded } from '#db/embedded.server.ts'
import { migrate } from '#db/migrate.ts'
import { CONNECTIONS_MAX } from '#db/pools.server.ts'
import { ask } from '../support/ask.ts'
import { signMany } from '../support/crowd.ts'
import { given } from '../support/portal-test.ts'
import { startPortal } from '../support/portal.ts'
import { openSql } from '../support/sql.ts'
import { makeDataDir } from '../support/spawn-portal.ts'
import { createService, post } from '../support/world.ts'

/** A server of its own: whom it waits for is a setting of a whole one. */
const world = given(
  async () => {
    const { dataDir, remove } = await makeDataDir()
    const server = await startEmbedded({ dataDir })
    await migrate(server.connection)
    const portal = await startPortal(server.connection)
    return { portal, server, sql: openSql(server.connection), remove }
  },
  async ({ portal, server, sql, remove }) => {
    await portal.stop()
    await sql.end()
    await server.stop()
    await remove()
  },
)

const countSessions = async () =>
  (
    await world.sql<[{ all: number; hanging: number }]>`select count(*)::int as all,
      count(*) filter (where wait_event = 'SyncRep')::int as hanging
      from pg_stat_activity where application_name = 'counterfoil'`
  )[0]

async function setStandby(name: string): Promise<void> {
  const { server } = world
  const file = join(server.home, 'postgresql.conf')
  const kept = (await readFile(file, 'utf8')).replace(/\nsynchronous_standby_names.*\n/, '\n')
  await writeFile(file, kept)
  await appendFile(file, `synchronous_standby_names = '${name}'\n`)
  process.kill(server.processId()!, 'SIGHUP')
  await vi.waitFor(async () => {
    const [row] = await world.sql`select current_setting('synchronous_standby_names') as names`
    expect(row!.names).toBe(name)
  })
}

test('13.20: while commits hang for a standby that is gone, no sessions are left behind', async () => {
  const { portal } = world
  const service = await createService(portal)
  const receipts = await signMany(service, 1_000)
  await setStandby('gone')
  let isOver = false
  let next = 0
  const statuses = new Set<number>()
  const lane = async () => {
    while (!isOver) {
      const { status } = await post(portal, service.key.apiKey, receipts[next++]!)
      statuses.add(status)
      if (status === 503) await sleep(50)
    }
  }
  const create = async () => {
    while (!isOver) {
      const slug = `hangs-${next++}`
      const { status } = await portal.admin('POST', '/v1/admin/issuers', { slug, name: slug })
      statuses.add(status)
    }
  }
  const probe = async () => {
    while (!isOver) {
      statuses.add((await ask(portal, '/readyz')).status)
      await sleep(500)
    }
  }
  const work = Promise.all([lane(), lane(), create(), create(), create(), create(), probe()])
  const most = { all: 0, hanging: 0 }
  const since = performance.now()
  // Three times as long as a statement may take.
  while (performance.now() - since < 65_000) {
    const { all, hanging } = await countSessions()
    most.all = Math.max(most.all, all)
    most.hanging = Math.max(most.hanging, hanging)
    await sleep(100)
  }
  console.info(`65 s of hanging commits: at most ${most.hanging} of ${most.all} sessions hang`)
  // One for the group and four for transactions, as many as those pools have.
  expect(most.hanging).toBeLessThanOrEqual(5)
  expect(most.all).toBeLessThanOrEqual(CONNECTIONS_MAX)
  expect([...statuses]).toEqual([503])

  await setStandby('')
  isOver = true
  await work
  await vi.waitFor(
    async () => {
      const { status } = await post(portal, service.key.apiKey, receipts[0]!)
      expect(status).toBeLessThan(202)
      expect((await ask(portal, '/readyz')).status).toBe(200)
    },
    { timeout: 30_000, interval: 200 },
  )
  expect((await countSessions()).all).toBeLessThanOrEqual(CONNECTIONS_MAX)
}, 180_000)
