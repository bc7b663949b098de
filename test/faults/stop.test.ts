import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { databaseTest } from '../support/portal-test.ts'
import { findPort, spawnPortal, type SpawnedPortal } from '../support/spawn-portal.ts'

let portal: SpawnedPortal | undefined

const db = databaseTest()
afterAll(() => {
  try {
    process.kill(-portal!.child.pid!, 'SIGKILL')
  } catch {
    // It has ended, as it should.
  }
})

const isUp = (): Promise<boolean> =>
  fetch(`${portal!.origin}/healthz`).then(
    () => true,
    () => false,
  )

test.each([
  ['SIGTERM to npm, as from a supervisor', (pid: number) => process.kill(pid, 'SIGTERM')],
  ['SIGINT to all, as Ctrl-C in a terminal', (pid: number) => process.kill(-pid, 'SIGINT')],
])('%s stops the portal, whole and once', async (_, signal) => {
  portal = await spawnPortal({
    port: await findPort(),
    database: db.connection,
    byNpm: true,
  })
  expect(await isUp()).toBe(true)
  signal(portal.child.pid!)
  for (let i = 0; i < 300 && !portal.said().includes('Stopped.'); i++) await sleep(50)
  expect(portal.said()).toContain('Stopped.')
  expect(await isUp()).toBe(false)
})
