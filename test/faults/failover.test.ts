import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { startEmbedded, type Embedded } from '#db/embedded.server.ts'
import { migrate } from '#db/migrate.ts'
import { ask, readJson } from '../support/ask.ts'
import { given } from '../support/portal-test.ts'
import { startPortal, type Portal } from '../support/portal.ts'
import { expectProblem } from '../support/refusal.ts'
import { signReceipt } from '../support/signing.ts'
import { makeDataDir } from '../support/spawn-portal.ts'
import { createService, post, postText } from '../support/world.ts'

interface World {
  portal: Portal
  server: Embedded
  remove(): Promise<void>
}

/** A server of its own: a whole one turns into a standby. A crash must lose nothing. */
const world: World = given(
  async () => {
    const { dataDir, remove } = await makeDataDir()
    const server = await startEmbedded({ dataDir })
    await migrate(server.connection)
    return { portal: await startPortal(server.connection), server, remove }
  },
  async ({ portal, server, remove }) => {
    await portal.stop()
    await server.stop()
    await remove()
  },
)

const readiness = async () => {
  const { status, ...answer } = await ask(world.portal, '/readyz')
  return { status, said: readJson(answer).status }
}
const UNREADY = { status: 503, said: 'unavailable' }

const until = (look: () => Promise<void>) => vi.waitFor(look, { timeout: 20_000, interval: 50 })

test('13.13: a server that becomes a standby is 503 for writes and goes on for reads; promoted, it heals', async () => {
  const { portal, server } = world
  const service = await createService(portal)
  const id = await postText(portal, service, 'before the failover')
  const cluster = join(server.home, 'cluster')
  await writeFile(join(cluster, 'standby.signal'), '')
  process.kill(server.processId()!, 'SIGINT')
  const jws = await signReceipt(service.signer, service.slug, 'at the failover')
  await until(async () => {
    expectProblem(await post(portal, service.key.apiKey, jws), 503, 'unavailable')
    expect(portal.logged()).toContain('in a read-only transaction')
  })
  await until(async () => expect(await readiness()).toEqual(UNREADY))
  await until(async () => expect((await ask(portal, `/v1/receipts/${id}`)).status).toBe(200))

  await writeFile(join(cluster, 'promote'), '')
  const [pid] = (await readFile(join(cluster, 'postmaster.pid'), 'utf8')).split('\n')
  process.kill(Number(pid), 'SIGUSR1')
  await until(async () =>
    expect((await post(portal, service.key.apiKey, jws)).status).toBeLessThan(202),
  )
  await until(async () => expect(await readiness()).toEqual({ status: 200, said: 'ready' }))
  expect(portal.logged()).not.toContain('a request failed')
})

test('13.13: a session that crashes takes all others along, which is 503, and all heals', async () => {
  const { portal } = world
  const service = await createService(portal)
  const slow = portal.ctx.db.run('select pg_sleep(5)', [])
  const crashed = expect(slow).rejects.toThrow(/the database is away/)
  const [other] = await portal.ctx.db.run<{ pid: number }>('select pg_backend_pid() as pid', [])
  process.kill(other!.pid, 'SIGKILL')
  await crashed
  const jws = await signReceipt(service.signer, service.slug, 'after the crash')
  await until(async () => {
    const answer = await post(portal, service.key.apiKey, jws)
    if (answer.status > 201) expectProblem(answer, 503, 'unavailable')
    expect(answer.status).toBeLessThan(202)
  })
  await until(async () => expect(await readiness()).toEqual({ status: 200, said: 'ready' }))
  expect(portal.logged()).not.toContain('a request failed')
})
