import { closeSync, openSync } from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import { databaseTest } from '../support/portal-test.ts'
import { findPort, spawnPortal, type SpawnedPortal } from '../support/spawn-portal.ts'

/** Its line in the log is as long. */
const LONG = `/nowhere/${'x'.repeat(8_000)}`
const REQUESTS = 300

const db = databaseTest()
const running: SpawnedPortal[] = []
afterEach(() => Promise.all(running.splice(0).map((portal) => portal.kill())))

async function start(stdout: number | 'unread', env: object = {}): Promise<SpawnedPortal> {
  const portal = await spawnPortal({
    port: await findPort(),
    database: db.connection,
    env: { LOG_LEVEL: 'debug', ...env },
    stdout,
  })
  running.push(portal)
  return portal
}

/** Makes more log than a pipe and the portal's memory for it hold; every request is answered. */
async function chat(portal: SpawnedPortal): Promise<void> {
  for (let i = 0; i < REQUESTS; i++) {
    const answer = await fetch(portal.origin + LONG, { signal: AbortSignal.timeout(5_000) })
    await answer.text()
    expect(answer.status).toBe(404)
  }
}

test.each([{}, { WEB_CONCURRENCY: '2' }])(
  '13.18: a full disk under standard output neither ends nor stops a portal (%o)',
  async (env) => {
    const full = openSync('/dev/full', 'w')
    const portal = await start(full, env)
    closeSync(full)
    await chat(portal)
    expect(portal.child.exitCode).toBe(null)
    expect(await portal.stop()).toBe(0)
  },
)

test('13.18: a pipe that nobody reads stops nothing, and its reader learns how many lines were dropped', async () => {
  const portal = await start('unread')
  await chat(portal)
  let read = ''
  portal.child.stdout!.on('data', (bytes: Buffer) => (read += bytes.toString()))
  await expect
    .poll(() => read.includes('lines of this log were dropped'), { timeout: 5_000 })
    .toBe(true)
  const lines = read.split('\n').filter((line) => line.startsWith('{'))
  const parsed = lines.map((line) => JSON.parse(line) as { msg: string; dropped?: number })
  const written = parsed.filter(({ msg }) => msg === 'request').length
  const told = parsed.filter(({ dropped }) => dropped !== undefined)
  expect(told).toHaveLength(1)
  expect(told[0]!.dropped).toBeGreaterThan(10)
  expect(written).toBeGreaterThan(10)
  expect(await portal.stop()).toBe(0)
})

test('13.18: a pipe that nobody reads does not hold a portal that stops', async () => {
  const portal = await start('unread')
  await chat(portal)
  const beganAt = performance.now()
  expect(await portal.stop()).toBe(0)
  expect(performance.now() - beganAt).toBeLessThan(5_000)
})
