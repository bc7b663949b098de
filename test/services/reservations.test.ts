import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { signMany, tally } from '../support/crowd.ts'
import { portalTest } from '../support/portal-test.ts'
import { openSql, type Sql } from '../support/sql.ts'
import { createService, post, type Service } from '../support/world.ts'

const { portal, db } = portalTest()

afterEach(() => db.expectBalanced())

const reserve = (service: Service, body: object = {}) =>
  portal.call<{ reservation: string }>('POST', '/v1/reservations', {
    token: service.key.apiKey,
    body,
  })

const release = (service: Service, id: string) =>
  portal.call('DELETE', `/v1/reservations/${id}`, { token: service.key.apiKey })

/** Holds the counter of an API key, as a transaction that hangs does. */
async function holdCounter(service: Service, work: () => Promise<void>): Promise<void> {
  const holder: Sql = openSql(db.connection)
  await holder.unsafe('begin')
  await holder`select from cap_usage where api_key = ${service.key.id} for update`
  try {
    await work()
  } finally {
    await holder.unsafe('rollback')
    await holder.end()
  }
}

/** The slowest of the works, in milliseconds. */
async function timeSlowest(works: (() => Promise<{ status: number }>)[]): Promise<number> {
  let slowest = 0
  for (const work of works) {
    const began = performance.now()
    expect((await work()).status).toBeLessThan(300)
    slowest = Math.max(slowest, performance.now() - began)
  }
  return slowest
}

test('13.19: a locked counter of one API key keeps no other key’s post waiting, nor its reservation', async () => {
  const [free, locked] = [await createService(portal), await createService(portal)]
  const receipts = await signMany(free, 30)
  const [own] = await signMany(locked, 1)
  expect((await reserve(locked)).status).toBe(201)
  const held: Promise<{ status: number }>[] = []
  let answered = 0
  await holdCounter(locked, async () => {
    held.push(
      post(portal, locked.key.apiKey, own!),
      reserve(locked),
      ...Array.from({ length: 8 }, () => reserve(locked)),
    )
    for (const one of held) void one.then(() => answered++)
    const slowest = await timeSlowest(
      receipts.map((receipt, i) => () => {
        if (i % 10 === 9) return reserve(free)
        return post(portal, free.key.apiKey, receipt)
      }),
    )
    console.info(`beside a locked counter: slowest ${slowest.toFixed(0)} ms`)
    expect(slowest).toBeLessThan(1_000)
    await sleep(200)
    expect(answered).toBe(0)
  })
  expect(tally(await Promise.all(held))).toEqual({ 201: 10 })
})

test('13.19: a reservation that can’t be given back now keeps no other key waiting', async () => {
  const [free, locked] = [await createService(portal), await createService(portal)]
  const { body } = await reserve(locked, { count: 5 })
  const receipts = await signMany(free, 10)
  let released!: Promise<{ status: number }>
  await holdCounter(locked, async () => {
    released = release(locked, body.reservation)
    await sleep(20)
    const slowest = await timeSlowest(
      receipts.map((receipt) => () => post(portal, free.key.apiKey, receipt)),
    )
    expect(slowest).toBeLessThan(1_000)
  })
  expect((await released).status).toBe(204)
})

test('13.19: reservations and what is given back travel in the group, all keys in one commit', async () => {
  const services = [await createService(portal), await createService(portal)]
  const { ingest } = portal.ctx.db.groups
  const idOf = (i: number) => `rsv_${String(i).padStart(22, '0')}`
  const items = Array.from({ length: 100 }, (_, i) => ({
    apiKey: services[i % 2]!.key.id,
    id: idOf(i),
  }))
  const held = await Promise.all(
    items.map((item) => ingest.call({ ...item, count: 2, ttlSeconds: 60 })),
  )
  expect(new Set(held.map(({ answer }) => answer))).toEqual(new Set(['held']))
  expect(held.at(-1)!.usage.reserved).toBe(100)
  const [row] = await db.sql<[{ commits: number; rows: number }]>`
    select count(distinct xmin::text)::int as commits, count(*)::int as rows from reservations
      where id = any(${items.map(({ id }) => id)})`
  expect(row).toEqual({ commits: 1, rows: 100 })
  const given = await Promise.all(items.map((item) => ingest.call({ ...item, count: null })))
  expect(new Set(given.map(({ answer }) => answer))).toEqual(new Set(['released']))
  expect(given.at(-1)!.usage.reserved).toBe(0)
})

test('13.19: of many reservations, releases and posts at once none passes the cap', async () => {
  const service = await createService(portal, { cap: 30 })
  const receipts = await signMany(service, 60)
  const answers = await Promise.all(
    receipts.flatMap((receipt, i) => [
      post(portal, service.key.apiKey, receipt),
      i % 2 === 0
        ? reserve(service, { count: 2 })
        : release(service, `rsv_${'0'.repeat(21)}${i % 10}`),
    ]),
  )
  const counts = tally(answers)
  console.info(`60 posts and 30 reservations of 2 at a cap of 30: ${JSON.stringify(counts)}`)
  const [row] = await db.sql<[{ used: number; reserved: number }]>`
    select used::int, reserved::int from cap_usage where api_key = ${service.key.id}`
  expect(row.used + row.reserved).toBe(30)
  expect(counts[404]).toBe(30)
  // A reservation that the group refused, and one that it found gone, leave their neighbours alone.
  expect((counts[201] ?? 0) + (counts[402] ?? 0)).toBe(90)
})
