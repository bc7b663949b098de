import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { postBatch, signMany } from '../support/crowd.ts'
import { openLedger, type Ledger } from '../support/ledger.ts'
import { findEmbedded, findPort, makeDataDir, spawnPortal } from '../support/spawn-portal.ts'
import { createService, post, type Service } from '../support/world.ts'
import type { SpawnedPortal } from '../support/spawn-portal.ts'

const ROUNDS = 3
const cleanups: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** Posts one after the other in 32 lanes until the portal is gone; gives what was acknowledged. */
async function postUntilGone(
  portal: SpawnedPortal,
  service: Service,
  receipts: string[],
  acknowledged: { receipt: string; id: string }[],
) {
  let next = 0
  const lane = async () => {
    while (next < receipts.length) {
      const receipt = receipts[next++]!
      try {
        const { status, body } = await post(portal, service.key.apiKey, receipt)
        if (status === 201) acknowledged.push({ receipt, id: body.receiptId })
      } catch {
        return
      }
    }
  }
  await Promise.all(Array.from({ length: 32 }, lane))
}

async function inspect<T>(dataDir: string, look: (ledger: Ledger) => Promise<T>): Promise<T> {
  const ledger = openLedger((await findEmbedded(dataDir)).connection)
  try {
    return await look(ledger)
  } finally {
    await ledger.close()
  }
}

test('what was acknowledged while the portal was killed is there after the next start, and nothing counts twice', async () => {
  const { dataDir, remove } = await makeDataDir()
  cleanups.push(remove)
  const port = await findPort()
  const start = async () => {
    const portal = await spawnPortal({ port, dataDir, env: { LOG_LEVEL: 'warn' } })
    cleanups.push(() => portal.stop())
    return portal
  }
  let portal = await start()
  const service = await createService(portal, { cap: 100_000 })
  let stored = 0
  for (let round = 0; round < ROUNDS; round++) {
    const receipts = await signMany(service, 3000)
    const acknowledged: { receipt: string; id: string }[] = []
    const posting = postUntilGone(portal, service, receipts, acknowledged)
    // The last time Postgres dies with it, as when the power fails.
    const { pid } = await findEmbedded(dataDir)
    while (acknowledged.length < 50 + 50 * round) await sleep(5)
    if (round === ROUNDS - 1) process.kill(pid, 'SIGKILL')
    await portal.kill()
    await posting
    expect(acknowledged.length).toBeLessThan(receipts.length)

    portal = await start()
    for (const { id } of acknowledged.slice(-20))
      expect((await portal.call('GET', `/v1/receipts/${id}`)).body.verdict).toBe('valid')
    const counts = await inspect(dataDir, async (ledger) => {
      await ledger.expectBalanced()
      const rows = await ledger.sql<{ jws: string }[]>`
        select jws from receipts where api_key = ${service.key.id}`
      const kept = new Set(rows.map(({ jws }) => jws))
      const lost = acknowledged.filter(({ receipt }) => !kept.has(receipt))
      return { rows: rows.length, lost: lost.length }
    })
    const unanswered = counts.rows - stored - acknowledged.length
    stored = counts.rows
    console.info(
      `kill ${round + 1}: ${acknowledged.length} acknowledged, ${counts.lost} lost, ${unanswered} stored unanswered`,
    )
    expect(counts.lost).toBe(0)
    expect(unanswered).toBeGreaterThanOrEqual(0)

    // Whoever got no answer sends again: what was stored unanswered is a repeat, the rest is new.
    const again = receipts.slice(0, 1000)
    const { body } = await postBatch(portal, service.key.apiKey, again)
    const fresh = body.results.filter(({ status }) => status === 201).length
    expect(body.results.every(({ status }) => status === 200 || status === 201)).toBe(true)
    stored += fresh
    expect(body.usage.used).toBe(stored)
  }
  await inspect(dataDir, (ledger) => ledger.expectBalanced())
})
