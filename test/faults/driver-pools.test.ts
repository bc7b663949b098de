import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import { drizzle } from 'drizzle-orm/postgres-js'
import { sql as text } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDb, type Db, type Orm } from '#db/client.server.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'

const IN_FLIGHT = [10, 98, 99, 100, 101, 102, 200, 400]
const IDLE_IN_TRANSACTION_MS = 300

let database: FreshDatabase
let look: postgres.Sql
let id = 0

beforeAll(async () => {
  database = await freshDatabase()
  look = postgres({ ...database.connection, max: 1 })
  await look`create table notes (id int primary key)`
})

afterAll(async () => {
  await look.end()
  await database.drop()
})

interface Driven {
  run: Db['run']
  transaction: Db['transaction']
  close(): Promise<void>
}

/**
 * Sends single writes and transactions together, so many of them in flight, then more singles; and
 * looks from outside whether what was acknowledged is there once every idle transaction has ended.
 */
async function sweep(open: () => Driven) {
  const found = { acknowledged: 0, lost: 0, transactions: 0, broken: 0 }
  for (const inFlight of IN_FLIGHT) {
    const driven = open()
    const kept: number[] = []
    const write = async (run: (id: number) => Promise<unknown>) => {
      const mine = ++id
      await run(mine)
      kept.push(mine)
    }
    const single = () =>
      write((mine) => driven.run('insert into notes values ($1::int)', [mine])).catch(
        () => undefined,
      )
    const transaction = () => {
      const mine = ++id
      return driven
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
    await sleep(IDLE_IN_TRANSACTION_MS + 100)
    await driven.close()
    const rows = await look`select id from notes where id = any(${kept})`
    found.acknowledged += kept.length
    found.lost += kept.length - rows.length
  }
  return found
}

/** Where the fault shows, the driver also drops a rejected promise that nobody can catch. */
async function ignoreStrayRejections<T>(work: () => Promise<T>): Promise<T> {
  const listeners = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', () => undefined)
  try {
    return await work()
  } finally {
    process.removeAllListeners('unhandledRejection')
    for (const listener of listeners) process.on('unhandledRejection', listener)
  }
}

test('one pool for single statements and transactions loses writes that it has acknowledged', async () => {
  // The driver's own fault, which is why db/client.server.ts keeps them apart. Should a new release
  // of the driver mend it, this test fails, and the rule may be looked at again.
  const found = await ignoreStrayRejections(() =>
    sweep(() => {
      const client = postgres({
        ...database.connection,
        max: 1,
        fetch_types: false,
        onnotice: () => undefined,
        connection: { idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS },
      })
      const orm = drizzle(client)
      return {
        run: async <Row>(statement: string, values: (string | number | null)[]) =>
          (await client.unsafe(statement, values, { prepare: true })) as unknown as Row[],
        transaction: (work) => orm.transaction(work),
        close: () => client.end({ timeout: 0.1 }),
      }
    }),
  )
  console.info(`one pool: ${JSON.stringify(found)}`)
  expect(found.lost).toBeGreaterThan(0)
})

test('our pools lose none of them, with hundreds of statements in flight beside transactions', async () => {
  const found = await sweep(() => createDb(database.connection))
  console.info(`our pools: ${JSON.stringify(found)}`)
  expect(found).toMatchObject({ lost: 0, broken: 0 })
})

test('no connection ever carries both single statements and transactions', async () => {
  const db = createDb(database.connection)
  const asked = 'select pg_backend_pid() as pid'
  const alone = new Set<number>()
  const within = new Set<number>()
  const single = async () => {
    for (const { pid } of await db.run<{ pid: number }>(asked, [])) alone.add(pid)
    for (const { pid } of await db.orm.execute<{ pid: number }>(asked)) alone.add(pid)
  }
  const transaction = () =>
    db.transaction(async (tx) => {
      for (const { pid } of await tx.execute<{ pid: number }>(asked)) within.add(pid)
    })
  const calls = Array.from({ length: 300 }, (_, i) => (i % 10 === 0 ? transaction() : single()))
  await Promise.all(calls)
  await db.close()
  console.info(`${alone.size} connections for single statements, ${within.size} for transactions`)
  expect(within.size).toBeGreaterThan(0)
  expect([...within].filter((pid) => alone.has(pid))).toEqual([])
})
