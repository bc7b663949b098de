import { setTimeout as sleep } from 'node:timers/promises'
import { sql as text } from 'drizzle-orm'
import { beforeAll, expect, test } from 'vitest'
import { createDb } from '#db/client.server.ts'
import { findLackOfConnections } from '#db/connection-room.ts'
import type { Orm } from '#db/connection.ts'
import { CONNECTIONS_MAX } from '#db/pools.server.ts'
import { databaseTest } from '../support/portal-test.ts'

const IN_FLIGHT = [10, 98, 99, 100, 101, 102, 200, 400]

const database = databaseTest()
let id = 0

beforeAll(() => database.sql.unsafe('create table notes (id int primary key)'))

/**
 * Sends single writes and transactions together, so many of them in flight, then more singles; and
 * looks from outside whether what was acknowledged is there once every idle transaction has ended.
 */
async function sweep() {
  const found = { acknowledged: 0, lost: 0, transactions: 0, broken: 0 }
  for (const inFlight of IN_FLIGHT) {
    const db = createDb(database.connection)
    const kept: number[] = []
    const write = async (run: (id: number) => Promise<unknown>) => {
      const mine = ++id
      await run(mine)
      kept.push(mine)
    }
    const single = () =>
      write((mine) => db.run('insert into notes values ($1::int)', [mine])).catch(() => undefined)
    const transaction = () => {
      const mine = ++id
      return db
        .transaction(async (tx: Orm) => {
          await tx.execute(text`insert into notes values (${mine}::int)`)
          await sleep(2)
        })
        .then(() => kept.push(mine))
        .catch(() => found.broken++)
    }
    await single()
    const work: Promise<unknown>[] = Array.from({ length: inFlight }, single)
    // A statement is sent some microtasks after it was asked for; these are to be sent before BEGIN.
    for (let i = 0; i < 10; i++) await Promise.resolve()
    work.push(transaction(), ...Array.from({ length: 20 }, single))
    found.transactions++
    await Promise.race([Promise.all(work), sleep(2_000)])
    await Promise.race([Promise.all(Array.from({ length: 20 }, single)), sleep(2_000)])
    await db.close()
    const rows = await database.sql`select id from notes where id = any(${kept})`
    found.acknowledged += kept.length
    found.lost += kept.length - rows.length
  }
  return found
}

test('our pools lose none of them, with hundreds of statements in flight beside transactions', async () => {
  const found = await sweep()
  console.info(`our pools: ${JSON.stringify(found)}`)
  expect(found).toMatchObject({ lost: 0, broken: 0 })
})

test('no connection ever carries both lists and transactions', async () => {
  const db = createDb(database.connection)
  const asked = 'select pg_backend_pid() as pid'
  const alone = new Set<number>()
  const within = new Set<number>()
  const single = async () => {
    for (const { pid } of await db.run<{ pid: number }>(asked, [])) alone.add(pid)
    for (const { pid } of (await db.orm.execute<{ pid: number }>(asked)).rows) alone.add(pid)
  }
  const transaction = () =>
    db.transaction(async (tx) => {
      for (const { pid } of (await tx.execute<{ pid: number }>(asked)).rows) within.add(pid)
    })
  const calls = Array.from({ length: 300 }, (_, i) => (i % 10 === 0 ? transaction() : single()))
  await Promise.all(calls)
  await db.close()
  console.info(`${alone.size} connections for single statements, ${within.size} for transactions`)
  expect(within.size).toBeGreaterThan(0)
  expect([...within].filter((pid) => alone.has(pid))).toEqual([])
})

const asLongAs = async (slow: Promise<unknown>[], work: () => Promise<unknown>) => {
  let isOver = false
  const all = Promise.all(slow).then(() => (isOver = true))
  await work()
  expect(isOver).toBe(false)
  await all
}
const TWELVE = Array.from({ length: 12 })

test('nothing waits behind what a page of the console asks for', async () => {
  const db = createDb(database.connection)
  await asLongAs(
    TWELVE.flatMap(() => [
      db.orm.execute('select pg_sleep(0.4)'),
      db.run('select pg_sleep(0.4)', []),
    ]),
    async () => {
      expect(await db.quick('select 1', [])).toHaveLength(1)
      await db.transaction((tx) => tx.execute('select 1'))
      expect(await db.groups.apiKey.call('key_00000000')).toBeNull()
      expect(await db.groups.signingKey.call('a key')).toBeNull()
      expect(await db.groups.receipt.call(new Uint8Array(20))).toBeNull()
    },
  )
  await db.close()
})

test('whoever waits for a connection longer than a connection may take to open gets one', async () => {
  const db = createDb(database.connection)
  const answers = await Promise.all(
    TWELVE.map((_, i) =>
      db.transaction(async (tx) => {
        await sleep(2_700)
        await tx.execute('select 1')
        return i
      }),
    ),
  )
  expect(answers).toEqual(TWELVE.map((_, i) => i))
  await db.close()
}, 30_000)

test('an error of a statement ends no connection, and a table that changed is planned anew', async () => {
  const db = createDb(database.connection)
  const pids = async () => {
    const rows = await Promise.all(
      TWELVE.map(() =>
        db.run<{ pid: number }>('select pg_backend_pid() as pid, pg_sleep(0.02)', []),
      ),
    )
    return [...new Set(rows.map(([row]) => row!.pid))].sort((a, b) => a - b)
  }
  const before = await pids()
  await Promise.allSettled(TWELVE.map(() => db.run('select 1 / 0', [])))
  expect(await pids()).toEqual(before)

  const read = () => db.run('select * from changing', [])
  await database.sql`create table changing (n int)`
  await Promise.all(TWELVE.map(read))
  await database.sql`alter table changing alter n type bigint`
  expect(await Promise.all(TWELVE.map(read))).toEqual(TWELVE.map(() => []))
  await db.close()
})

test('a portal with more processes than the database has connections for says how many fit', async () => {
  expect(await findLackOfConnections(database.connection, 1)).toBeNull()
  const [{ given }] = await database.sql<
    [{ given: number }]
  >`select current_setting('max_connections')::int
    - current_setting('superuser_reserved_connections')::int as given`
  const fitting = Math.floor((given - 4) / CONNECTIONS_MAX)
  expect(await findLackOfConnections(database.connection, fitting)).toBeNull()
  expect(await findLackOfConnections(database.connection, fitting + 1)).toMatch(
    new RegExp(`^WEB_CONCURRENCY=${fitting + 1} may open .* or WEB_CONCURRENCY to ${fitting}\\.$`),
  )
})
