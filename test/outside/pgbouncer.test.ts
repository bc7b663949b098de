import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { migrate } from '#db/migrate.ts'
import { StartError } from '#db/start-error.ts'
import { ask } from '../support/ask.ts'
import { signMany, tally } from '../support/crowd.ts'
import { emptyDatabase } from '../support/database.ts'
import { findProgram } from '../support/outside.mjs'
import { startPortal } from '../support/portal.ts'
import { findPort } from '../support/spawn-portal.ts'
import { openSql } from '../support/sql.ts'
import { createService, post } from '../support/world.ts'

const cleanups: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** The address of a PgBouncer before an empty database. */
async function openPooler(mode: string, settings: string[] = []): Promise<string> {
  const { connection, drop } = await emptyDatabase()
  cleanups.push(drop)
  const { host, port, user, password, database } = connection
  const folder = await mkdtemp(join(tmpdir(), 'cfl-pgbouncer-'))
  cleanups.push(() => rm(folder, { recursive: true, force: true }))
  const listenPort = await findPort()
  const file = join(folder, 'pgbouncer.ini')
  const lines = [
    '[databases]',
    `${database} = host=${host} port=${port} user=${user} password=${password}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${listenPort}`,
    'unix_socket_dir =',
    'auth_type = any',
    `pool_mode = ${mode}`,
    ...settings,
  ]
  await writeFile(file, `${lines.join('\n')}\n`)
  // It refuses to run as root, and only the server's user may enter the socket's folder.
  const { uid, gid } = await stat(host)
  await chown(folder, uid, gid)
  await chmod(file, 0o644)
  const child = spawn(findProgram('pgbouncer')!, [file], { uid, gid, stdio: 'ignore' })
  cleanups.push(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  })
  const url = `postgres://${user}@127.0.0.1:${listenPort}/${database}`
  await vi.waitFor(
    async () => {
      const sql = openSql({ url })
      await sql`select 1`.finally(() => sql.end())
    },
    { timeout: 10_000, interval: 50 },
  )
  return url
}

test.each([
  ['transaction', []],
  ['transaction', ['default_pool_size = 1']],
  ['transaction', ['server_round_robin = 1', 'min_pool_size = 5']],
  ['transaction', ['ignore_startup_parameters = options,extra_float_digits']],
  ['statement', []],
])(
  '13.21: a PgBouncer in %s mode (%j) is refused at start, in a sentence',
  async (mode, settings) => {
    const url = await openPooler(mode, settings)
    const refused = await migrate({ url }).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(StartError)
    const { message } = refused as StartError
    expect(message).toMatch(/^DATABASE_URL leads to a pooler that keeps no sessions .* own address/)
    expect(message.split('\n')).toHaveLength(1)
  },
)

test('13.21: a PgBouncer in session mode works, with no setting of its own', async () => {
  const url = await openPooler('session')
  await migrate({ url })
  const portal = await startPortal({ url })
  cleanups.push(() => portal.stop())
  const service = await createService(portal)
  const receipts = await signMany(service, 50)
  const answers = await Promise.all(
    receipts.map((receipt) => post(portal, service.key.apiKey, receipt)),
  )
  expect(tally(answers)).toEqual({ 201: 50 })
  expect((await ask(portal, '/readyz')).status).toBe(200)
})
