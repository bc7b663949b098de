import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, expect, test, vi } from 'vitest'
import { ask, readJson } from '../support/ask.ts'
import { signMany } from '../support/crowd.ts'
import { portalTest } from '../support/portal-test.ts'
import { expectProblem } from '../support/refusal.ts'
import { openSql } from '../support/sql.ts'
import { createService, post, type Service } from '../support/world.ts'

const { portal, db } = portalTest()
let service: Service

/** Makes every write of a receipt, and of the readiness, fail with the SQLSTATE; null: none. */
const setTrouble = (code: string | null) => db.sql`update trouble set code = ${code}`

const ingesting = async () =>
  (
    await db.sql<{ pid: number }[]>`select pid from pg_stat_activity
      where datname = current_database() and query like '% from ingest(%'
        and pid <> pg_backend_pid()`
  ).map(({ pid }) => pid)

/** The portal's own second of sharing one attempt passes first. */
async function expectReady(isReady: boolean): Promise<void> {
  await vi.waitFor(
    async () => {
      const answer = await ask(portal, '/readyz')
      expect(answer.status).toBe(isReady ? 200 : 503)
      expect(answer.headers['retry-after'] !== undefined).toBe(!isReady)
      expect(readJson(answer)).toEqual({ status: isReady ? 'ready' : 'unavailable', log: 'off' })
    },
    { timeout: 10_000, interval: 100 },
  )
}

const postAgain = async (receipt: string) =>
  await vi.waitFor(
    async () => {
      const answer = await post(portal, service.key.apiKey, receipt)
      expect(answer.status, answer.text).toBe(201)
    },
    { timeout: 10_000, interval: 100 },
  )

beforeAll(async () => {
  service = await createService(portal)
  await db.sql.unsafe(`create table trouble as select null::text as code;
    create function trouble() returns trigger language plpgsql as $$
    begin
      if (select code from trouble) is not null then
        raise exception 'made' using errcode = (select code from trouble);
      end if;
      return new;
    end $$;
    create trigger trouble before insert on receipts for each row execute function trouble();
    create trigger trouble before insert on readiness for each row execute function trouble()`)
})

test.each([
  ...['08000', '08003', '08006', '08P01', '25006', '28000', '28P01', '3D000', '40003', '53000'],
  ...['53100', '53200', '53300', '53400', '55000', '57014', '57P01', '57P02', '57P03', '57P04'],
  ...['57P05', '58000', '58030'],
])(
  '13.13: %s is 503 with Retry-After, costs its session, and is over when the database is well',
  async (code) => {
    const [first, receipt] = await signMany(service, 2)
    await postAgain(first!)
    const before = await ingesting()
    await setTrouble(code)
    const answer = await post(portal, service.key.apiKey, receipt!)
    expectProblem(answer, 503, 'unavailable')
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    await vi.waitFor(async () => {
      expect((await ingesting()).filter((pid) => before.includes(pid))).toEqual([])
    })
    await expectReady(false)
    await setTrouble(null)
    await postAgain(receipt!)
    await expectReady(true)
  },
)

test.each(['40001', '40P01', '40000'])(
  '13.13: %s is tried again, and 503 with Retry-After where that does not help',
  async (code) => {
    const [receipt, next] = await signMany(service, 2)
    await setTrouble(code)
    expectProblem(await post(portal, service.key.apiKey, receipt!), 503, 'unavailable')
    await expectReady(false)
    const repeated = post(portal, service.key.apiKey, next!)
    await sleep(20)
    await setTrouble(null)
    expect((await repeated).status).toBe(201)
    await expectReady(true)
  },
)

test('13.13: an error that the portal made itself stays 500, and its session is kept', async () => {
  const [first, receipt] = await signMany(service, 2)
  await postAgain(first!)
  const before = await ingesting()
  await setTrouble('23514')
  expectProblem(await post(portal, service.key.apiKey, receipt!), 500, 'internal_error')
  await setTrouble(null)
  await postAgain(receipt!)
  expect(await ingesting()).toEqual(before)
})

test('13.13: a statement that is cancelled, and a session that is ended, are 503', async () => {
  await db.sql.unsafe(`create function slow() returns trigger language plpgsql as
      $$ begin perform pg_sleep(8); return new; end $$;
    create trigger slow before insert on receipts for each row execute function slow()`)
  for (const act of ['pg_cancel_backend', 'pg_terminate_backend']) {
    const [receipt] = await signMany(service, 1)
    const answer = post(portal, service.key.apiKey, receipt!)
    await vi.waitFor(async () => {
      const hit = await db.sql.run(
        `select ${act}(pid) from pg_stat_activity where state = 'active' and wait_event = 'PgSleep'
          and datname = current_database()`,
        [],
      )
      expect(hit).toHaveLength(1)
    })
    expectProblem(await answer, 503, 'unavailable')
  }
  await db.sql.unsafe('drop trigger slow on receipts')
  await postAgain((await signMany(service, 1))[0]!)
})

test('13.13: a table that stays locked (55P03) is 503 for a post, and not for /readyz', async () => {
  const holder = openSql(db.connection)
  await holder.unsafe('begin; lock table receipts in access exclusive mode')
  const [receipt] = await signMany(service, 1)
  expectProblem(await post(portal, service.key.apiKey, receipt!), 503, 'unavailable')
  expect(portal.logged()).toContain('canceling statement due to lock timeout')
  await expectReady(true)
  await holder.unsafe('rollback')
  await holder.end()
  await postAgain(receipt!)
})

test('13.13: a database that gives no connection is 503, and heals by itself', async () => {
  const { connection } = db
  const beside = openSql({ ...connection, database: 'counterfoil' })
  const [receipt] = await signMany(service, 1)
  for (const [refuse, admit] of [
    ['connection limit 0', 'connection limit -1'],
    ['allow_connections false', 'allow_connections true'],
  ]) {
    await beside.unsafe(`alter database ${connection.database} ${refuse!}`)
    await beside.unsafe(`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = '${connection.database}'`)
    expectProblem(await post(portal, service.key.apiKey, receipt!), 503, 'unavailable')
    await expectReady(false)
    await beside.unsafe(`alter database ${connection.database} ${admit!}`)
    await expectReady(true)
  }
  await beside.end()
  await postAgain(receipt!)
})

test('13.13: a full disk is seen by /readyz though its small write needs no room', async () => {
  await db.sql.unsafe('drop trigger trouble on readiness')
  await db.sql.unsafe(`create function full_disk() returns trigger language plpgsql as $$
    begin
      raise exception 'could not extend file' using errcode = '53100';
    end $$;
    create trigger full_disk before insert on receipts for each row execute function full_disk();
    create trigger full_disk before insert on readiness for each row when (new.filler is not null)
      execute function full_disk()`)
  const [receipt] = await signMany(service, 1)
  expectProblem(await post(portal, service.key.apiKey, receipt!), 503, 'unavailable')
  await expectReady(false)
  await db.sql.unsafe('drop trigger full_disk on receipts; drop trigger full_disk on readiness')
  await expectReady(true)
  await postAgain(receipt!)
  expect(await db.sql`select id from readiness`).toEqual([{ id: 0 }])
})

test('13.13: many who ask for readiness cost one write a second', async () => {
  await db.sql.unsafe(`create table tries (n int);
    create function count_try() returns trigger language plpgsql as
      $$ begin insert into tries values (1); return new; end $$;
    create trigger tries before insert on readiness for each row execute function count_try()`)
  const since = performance.now()
  let asked = 0
  for (; performance.now() - since < 2_500; asked += 20)
    await Promise.all(Array.from({ length: 20 }, () => ask(portal, '/readyz')))
  const [row] = await db.sql<[{ n: number }]>`select count(*)::int as n from tries`
  console.info(`${asked} questions in 2.5 s: ${row.n} writes`)
  expect(row.n).toBeGreaterThan(0)
  expect(row.n).toBeLessThanOrEqual(3)
})
