import { afterEach, expect, test } from 'vitest'
import { postAll, postBatch, signMany, tally } from '../support/crowd.ts'
import { databaseTest } from '../support/portal-test.ts'
import { findPort, spawnPortal, type SpawnedPortal } from '../support/spawn-portal.ts'
import { createService } from '../support/world.ts'

const running: SpawnedPortal[] = []

const db = databaseTest()

afterEach(async () => {
  await Promise.all(running.splice(0).map((portal) => portal.kill()))
  await db.expectBalanced()
})

async function start(env: Record<string, string> = {}): Promise<SpawnedPortal> {
  const portal = await spawnPortal({
    port: await findPort(),
    database: db.connection,
    env: { LOG_LEVEL: 'warn', ...env },
  })
  running.push(portal)
  return portal
}

test('two processes at once on one database keep the cap, by single posts and by batches', async () => {
  const [one, two] = [await start(), await start()]
  const service = await createService(one, { cap: 500 })
  const { apiKey, id } = service.key
  const receipts = await signMany(service, 1000)
  const answers = await postAll([one, two], apiKey, receipts)
  console.info(`1,000 posts at two processes, cap 500: ${JSON.stringify(tally(answers))}`)
  expect(tally(answers)).toEqual({ 201: 500, 402: 500 })
  expect(await db.countReceipts(id)).toBe(500)

  await one.admin('PATCH', `/v1/admin/api-keys/${id}`, { cap: 800 })
  const more = await signMany(service, 1000)
  const batches = await Promise.all(
    [one, two].map((portal, i) => postBatch(portal, apiKey, more.slice(500 * i, 500 * (i + 1)))),
  )
  const results = batches.flatMap(({ body }) => body.results)
  console.info(`two batches of 500 at two processes, 300 free: ${JSON.stringify(tally(results))}`)
  expect(tally(results)).toEqual({ 201: 300, 402: 700 })
  expect(await db.countReceipts(id)).toBe(800)
})

test('one start with WEB_CONCURRENCY=2 keeps the cap, and Ctrl-C ends it', async () => {
  const portal = await start({ WEB_CONCURRENCY: '2' })
  const service = await createService(portal, { cap: 300 })
  const answers = await postAll([portal], service.key.apiKey, await signMany(service, 600))
  console.info(`600 posts, WEB_CONCURRENCY=2, cap 300: ${JSON.stringify(tally(answers))}`)
  expect(tally(answers)).toEqual({ 201: 300, 402: 300 })
  expect(await db.countReceipts(service.key.id)).toBe(300)
  expect(await portal.stop()).toBe(0)
})
