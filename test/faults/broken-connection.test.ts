import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { beforeAll, expect, test } from 'vitest'
import { createDb } from '#db/client.server.ts'
import { DatabaseUnavailable } from '#db/connection.ts'
import { signMany, tally } from '../support/crowd.ts'
import { given, linkedPortalTest } from '../support/portal-test.ts'
import { createService, freshSlug, post } from '../support/world.ts'

const { portal, link, db: ledger } = linkedPortalTest()
const db = given(
  () => createDb(link.connection),
  (one) => one.close(),
)
const service = given(() => createService(portal))
let receipts: string[]

beforeAll(async () => {
  await ledger.sql`create table notes (text text)`
  receipts = await signMany(service, 4_000)
})

test('a link that is reset under load, again and again, leaves no request without an answer', async () => {
  const posts: { status: number }[] = []
  const calls: { status: number }[] = []
  const created: string[] = []
  let next = 0
  let isOver = false
  let slowest = 0
  const timed = async <T extends { status: number }>(answers: T[], ask: () => Promise<T>) => {
    const began = performance.now()
    const answer = await ask()
    slowest = Math.max(slowest, performance.now() - began)
    answers.push(answer)
    if (answer.status === 503) await sleep(20)
    return answer.status
  }
  const postNext = async () => {
    const receipt = receipts[next++]!
    for (let status = 0; status !== 201 && status !== 200;)
      status = await timed(posts, () => post(portal, service.key.apiKey, receipt))
  }
  const createNext = async () => {
    const slug = freshSlug()
    const body = { slug, name: `The ${slug} service` }
    const status = await timed(calls, () => portal.admin('POST', '/v1/admin/issuers', body))
    if (status === 201) created.push(slug)
  }
  const read = (path: string) => () => timed(calls, () => portal.admin('GET', path))
  const lane = async (work: () => Promise<unknown>) => {
    while (!isOver && next < receipts.length) await work()
  }
  const works = [createNext, createNext, read('/v1/admin/issuers'), read('/v1/admin/audit')]
  const lanes = Promise.all([...Array.from({ length: 16 }, () => postNext), ...works].map(lane))
  for (let i = 0; i < 15; i++) {
    await sleep(100)
    link.reset()
  }
  isOver = true
  await lanes
  const counts = { posts: tally(posts), calls: tally(calls) }
  console.info(`15 resets: ${JSON.stringify(counts)}, slowest ${slowest.toFixed(0)} ms`)
  expect(counts.posts[503]).toBeGreaterThan(0)
  expect(counts.calls[503]).toBeGreaterThan(0)
  expect(Object.keys(counts.calls).filter((s) => !['200', '201', '503'].includes(s))).toEqual([])
  // Whoever was forgotten would have waited for the 20 seconds after which a group gives up.
  expect(slowest).toBeLessThan(15_000)
  await ledger.expectBalanced()
  expect(await ledger.countReceipts(service.key.id)).toBe(next)
  const kept = await ledger.sql<
    { slug: string }[]
  >`select slug from issuers where slug = any(${created})`
  expect(kept).toHaveLength(created.length)
})

/** More of them than there are connections for transactions. */
const TIMES = 10

test.each([
  [
    'reset',
    async () => {
      link.reset()
      await sleep(0)
    },
  ],
  [
    'ended by the server',
    () => ledger.sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and state = 'idle in transaction'`,
  ],
])(
  'a transaction whose connection is %s leaves nothing, and takes no place from later ones',
  async (_, harm) => {
    for (let i = 0; i < TIMES; i++) {
      const broken = db.transaction(async (tx) => {
        await tx.execute(sql`insert into notes values ('never')`)
        await harm()
        await sleep(i % 2 === 0 ? 0 : 20)
        await tx.execute(sql`insert into notes values ('nor this')`)
      })
      await expect(broken).rejects.toThrow(DatabaseUnavailable)
    }
    await db.transaction((tx) => tx.execute(sql`insert into notes values ('kept')`))
    expect(await ledger.sql`delete from notes returning text`).toEqual([{ text: 'kept' }])
  },
)

/** More at once than there are connections. */
const askMany = () =>
  Promise.allSettled(
    Array.from({ length: TIMES }, () => [
      db.run('select 1', []),
      db.transaction((tx) => tx.execute(sql`select 1`)),
    ]).flat(),
  )

const countRefused = async () =>
  (await askMany()).filter((answer) => answer.status === 'rejected').length

test('a connection that breaks while nobody uses it is replaced by the next who asks', async () => {
  for (let i = 0; i < TIMES; i++) {
    await askMany()
    link.reset()
    if (i % 2 === 0) await sleep(20)
  }
  await sleep(20)
  expect(await countRefused()).toBe(0)
})

test('connections to a server that has fallen silent are given up, and new ones take their place', async () => {
  expect(await countRefused()).toBe(0)
  link.silence()
  expect(await countRefused()).toBeGreaterThan(0)
  expect(await countRefused()).toBe(0)
}, 60_000)
