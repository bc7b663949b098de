import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { signMany, tally } from '../support/crowd.ts'
import { openLedger } from '../support/ledger.ts'
import { expectProblem } from '../support/refusal.ts'
import { findEmbedded, findPort, makeDataDir, spawnPortal } from '../support/spawn-portal.ts'
import { createService, post } from '../support/world.ts'

const cleanups: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

test('a database that is restarted under load gives 503 with Retry-After, and then goes on by itself', async () => {
  const { dataDir, remove } = await makeDataDir()
  cleanups.push(remove)
  const portal = await spawnPortal({ port: await findPort(), dataDir, env: { LOG_LEVEL: 'error' } })
  cleanups.push(() => portal.stop())
  const service = await createService(portal, { cap: 100_000 })
  const receipts = await signMany(service, 6000)
  const answers: { status: number }[] = []
  let next = 0
  let isOver = false

  // Each lane does what a good client does: the same receipt again until it is stored.
  const lane = async () => {
    while (!isOver && next < receipts.length) {
      const receipt = receipts[next++]!
      for (;;) {
        const answer = await post(portal, service.key.apiKey, receipt)
        answers.push(answer)
        if (answer.status === 201 || answer.status === 200) break
        expectProblem(answer, 503, 'unavailable')
        await sleep(50)
      }
    }
  }
  const lanes = Promise.all(Array.from({ length: 32 }, lane))
  // Killed (it recovers from its log), asked to leave at once, and killed again.
  for (const signal of ['SIGKILL', 'SIGINT', 'SIGKILL'] as const) {
    await sleep(400)
    const { pid } = await findEmbedded(dataDir)
    process.kill(pid, signal)
    const before = answers.filter(({ status }) => status === 201).length
    const deadline = Date.now() + 15_000
    while (answers.filter(({ status }) => status === 201).length < before + 100) {
      expect(Date.now()).toBeLessThan(deadline)
      await sleep(20)
    }
  }
  isOver = true
  await lanes

  const counts = tally(answers)
  const { connection } = await findEmbedded(dataDir)
  const ledger = openLedger(connection)
  cleanups.push(() => ledger.close())
  await ledger.expectBalanced()
  const rows = await ledger.countReceipts(service.key.id)
  console.info(`three restarts under load: ${JSON.stringify(counts)}, ${rows} rows of ${next} sent`)
  expect(counts[503]).toBeGreaterThan(0)
  // 200 where the database had stored one and went away before it could say so.
  expect((counts[201] ?? 0) + (counts[200] ?? 0)).toBe(next)
  expect(rows).toBe(next)
  expect((await portal.call('GET', '/v1/usage', { token: service.key.apiKey })).body.used).toBe(
    next,
  )
})
