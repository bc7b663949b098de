import { expect, test, vi } from 'vitest'
import { ingest, type IngestItem } from '#db/queries/ingest/ingest.ts'
import { makeItem, openIngestWorld } from '../support/ingest-world.ts'

const world = openIngestWorld()
const { open } = world

/** That so many statements wait for a lock. */
const seeWaiting = (count: number) =>
  vi.waitFor(async () => {
    const waiting = await world.sql`select from pg_stat_activity
      where wait_event_type = 'Lock' and datname = current_database()`
    expect(waiting).toHaveLength(count)
  })

test('groups of the same keys in other orders, all new or not, never wait for each other in a ring', async () => {
  const names = Array.from({ length: 40 }, (_, i) => `ring${(i * 17) % 40}`)
  await world.sql`insert into api_keys (id, issuer, name, mode, secret_hash, created_at)
    select name, 'acme', name, 'live', name::bytea, now() from unnest(${names}::text[]) name`
  await world.sql`insert into cap_usage select name, cap_period(now()), 0, 0 from unnest(${names}::text[]) name`
  const order = (seed: number) => names.toSorted((a, b) => weigh(a, seed) - weigh(b, seed))
  const weigh = (name: string, seed: number) => (Number(name.slice(4)) * (2 * seed + 1) + seed) % 41
  // A refused receipt makes the third lane's groups be decided on one by one.
  const extras: IngestItem[][] = [[], [], [makeItem({ apiKey: 'ring0', refusal: 'no' })], []]
  const stored = await Promise.all(
    extras.map(async (extra, at) => {
      const { run } = open()
      let count = 0
      for (let i = 0; i < 50; i++) {
        const items = order(i * extras.length + at).map((apiKey) => makeItem({ apiKey }))
        const answers = await ingest(run, [...items, ...extra])
        count += answers.filter(({ answer }) => answer === 'stored').length
      }
      return count
    }),
  )
  expect(stored).toEqual(extras.map(() => 50 * names.length))
  const [row] = await world.sql<[{ used: number }]>`
    select sum(used)::int as used from cap_usage where api_key like 'ring%'`
  expect(row.used).toBe(extras.length * 50 * names.length)
})

test('of one receipt stored by two keys at once, one is new: the other finds it, and takes no place', async () => {
  const [one, two] = [open(), open()]
  for (let i = 0; i < 50; i++) {
    const item = makeItem({ jti: `race${i}` })
    await one.unsafe('begin')
    expect(await ingest(one.run, [item])).toMatchObject([{ answer: 'stored' }])
    // It waits for the index, and is told when the other one has committed.
    const waiting = ingest(two.run, [
      { ...item, apiKey: 'other', secretHash: Buffer.from('other') },
    ])
    await one.unsafe('commit')
    expect((await waiting)[0]).toMatchObject({ answer: 'repeat', usage: { used: 5 } })
  }
})

test.each<[string, string, string]>([
  [
    'the API key is revoked',
    `update api_keys set revoked_at = clock_timestamp() where id = 'other'`,
    'invalid_api_key',
  ],
  [
    'the API key expires',
    `update api_keys set expires_at = clock_timestamp() where id = 'other'`,
    'invalid_api_key',
  ],
  [
    'its secret is changed',
    `update api_keys set secret_hash = 'new' where id = 'other'`,
    'invalid_api_key',
  ],
  ['its cap is lowered', `update api_keys set cap = 7 where id = 'other'`, 'cap_exceeded'],
  [
    'its last place is taken',
    `update cap_usage set used = 998 where api_key = 'other'`,
    'cap_exceeded',
  ],
  [
    'its last place is reserved',
    `update cap_usage set reserved = 995 where api_key = 'other'`,
    'cap_exceeded',
  ],
  [
    'the signing key is retired',
    `update signing_keys set state = 'retired' where kid = 'active'`,
    'signing_key_retired',
  ],
])('the state when the counter is free decides: %s meanwhile', async (_, change, answer) => {
  await world.sql`update api_keys set cap = 1000 where id = 'other'`
  const [holder, poster] = [open(), open()]
  await holder.unsafe('begin')
  await holder.unsafe(`select from cap_usage where api_key = 'other' for update`)
  const answers = ingest(poster.run, [makeItem({ apiKey: 'other' })])
  await seeWaiting(1)
  await holder.unsafe(change)
  await holder.unsafe('commit')
  expect(await answers).toMatchObject([{ answer }])
  await world.sql`update api_keys set cap = null, revoked_at = null, expires_at = null, secret_hash = 'other'
    where id = 'other'`
  await world.sql`update signing_keys set state = 'active' where kid = 'active'`
})

test('the same new receipts, in other orders under other keys, never wait for each other in a ring', async () => {
  const keys = ['live', 'other', 'rotated']
  const runs = keys.map(() => open().run)
  for (let i = 0; i < 40; i++) {
    const items = Array.from({ length: 300 }, (_, at) =>
      makeItem(i % 2 === 0 ? {} : { jti: `ring ${i} ${at * 7}` }),
    )
    const stored = await Promise.all(
      keys.map((apiKey, at) =>
        ingest(
          runs[at]!,
          [...items.slice(at * 100), ...items.slice(0, at * 100)].map((item) => ({
            ...item,
            apiKey,
            secretHash: Buffer.from(apiKey),
          })),
        ),
      ),
    )
    const kinds = stored.map((answers) => new Set(answers.map(({ answer }) => answer)))
    expect(kinds.filter((kind) => kind.has('stored'))).toEqual([new Set(['stored'])])
    expect(kinds.filter((kind) => kind.has('repeat'))).toHaveLength(2)
  }
})

test('whenever the month turns, a receipt is dated in the month that it is counted in', async () => {
  await world.sql.unsafe(`create schema turning; create sequence turning.looks;
    create function turning.clock_timestamp() returns timestamptz language sql volatile as $$
      select timestamptz '2030-01-31 23:59:59Z'
        + case when nextval('turning.looks') > current_setting('turning.after')::int
            then interval '1 s' else interval '0' end $$`)
  const portal = open()
  await world.sql`insert into cap_usage select id, period, 0, 0 from api_keys,
    unnest(array['2030-01-01', '2030-02-01']) period`
  const ended = { stored: 0, again: 0 }
  // A refused receipt beside it: decided on one by one.
  for (const extra of [[], [makeItem({ refusal: 'no' })]]) {
    for (let after = 0; after < 8; after++) {
      // Every time: a connection that an error came over is not used again.
      await portal.unsafe(`set search_path = turning, public, pg_catalog;
        set turning.after = ${after + 1}; select setval('turning.looks', 1)`)
      try {
        expect((await ingest(portal.run, [makeItem(), ...extra]))[0]!.answer).toBe('stored')
        ended.stored++
      } catch (error) {
        expect(error).toMatchObject({ code: '40001' })
        ended.again++
      }
      const [months] = await world.sql<[{ counted: object; dated: object }]>`select
        (select json_object_agg(period, used) from cap_usage
          where period > '2030' and used > 0) as counted,
        (select json_object_agg(period, n) from (select cap_period(received_at) as period,
          count(*) as n from receipts where received_at > '2030-01-01' group by 1) s) as dated`
      expect(months.dated).toEqual(months.counted)
    }
  }
  expect(ended.again).toBeGreaterThan(0)
  expect(ended.stored).toBeGreaterThan(8)
})

test('places that ended with last month are given back in the order in which its last group counts', async () => {
  await world.sql
    .unsafe(`create schema slow; create table slow.clock as select '2031-05-31'::timestamptz as at;
    create function slow.clock_timestamp() returns timestamptz language sql volatile as
      'select at from slow.clock'`)
  const keys = ['beta', 'live', 'other']
  const items = () => keys.map((apiKey) => makeItem({ apiKey }))
  const holder = open()
  for (let i = 0; i < 20; i++) {
    await world.sql`update slow.clock set at = timestamptz '2031-05-31Z' + ${i} * interval '10 years'`
    await world.sql`insert into cap_usage select key, cap_period(at), 0, 1
      from slow.clock, unnest(${keys}::text[]) key`
    await world.sql`insert into reservations select key || at, key, cap_period(at), 1, cap_resets_at(at)
      from slow.clock, unnest(array['live', 'beta', 'other']) key order by random()`
    await holder.unsafe(`begin; select from cap_usage where api_key = 'live' for update`)
    const [last, next] = [open(), open()]
    const path = 'set search_path = slow, public, pg_catalog'
    await Promise.all([last.unsafe(path), next.unsafe(path)])
    const extra = i % 2 === 0 ? [] : [makeItem({ refusal: 'no' })]
    const ofLast = ingest(last.run, [...items(), ...extra]).catch(
      (error: unknown) => (error as { code: string }).code,
    )
    await seeWaiting(1)
    await world.sql`update slow.clock set at = at + interval '1 day'`
    const ofNext = ingest(next.run, items())
    await seeWaiting(2)
    await holder.unsafe('commit')
    // 40P01 would be a ring of the two.
    expect(await ofLast).toBe('40001')
    expect((await ofNext).map(({ answer }) => answer)).toEqual(['stored', 'stored', 'stored'])
  }
})
