import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Run } from '#db/connection.ts'
import { createIngest, ingestEach, storeNew, type IngestItem } from '#db/queries/ingest.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { openSql, type Sql } from '../support/sql.ts'

// `ingest` decides, and is held to the contract elsewhere. `ingest_new` is its short way for groups
// of nothing but new receipts: here it is held to `ingest`.

let database: FreshDatabase
let sql: Sql
const opened: Sql[] = []

const open = () => {
  opened.push(openSql(database.connection))
  return opened.at(-1)!
}

beforeAll(async () => {
  database = await freshDatabase()
  sql = open()
  await sql`insert into issuers (slug, name, name_skeleton, created_at)
    select slug, slug, slug, now() from unnest(array['acme', 'beta']) slug`
  await sql`insert into signing_keys (kid, issuer, public_key, state, published_at)
    select state, 'acme', ''::bytea, state, now() from unnest(array['active', 'retired', 'revoked']) state
    union all select 'beta', 'beta', ''::bytea, 'active', now()`
  await sql`insert into api_keys (id, issuer, name, mode, secret_hash, created_at)
    select name, case name when 'beta' then name else 'acme' end, name,
      case name when 'test' then name else 'live' end, 'secret', now()
    from unnest(array['live', 'other', 'test', 'beta', 'revoked', 'expired', 'rotated', 'unused']) name`
  await sql`update api_keys set revoked_at = now() where id = 'revoked'`
  await sql`update api_keys set expires_at = now() where id = 'expired'`
  await sql`update api_keys set previous_hash = 'previous', previous_expires_at = now() + '1 day'
    where id = 'rotated'`
  await sql`update api_keys set previous_hash = 'previous', previous_expires_at = now()
    where id = 'beta'`
})

beforeEach(async () => {
  await sql`delete from cap_usage`
  await sql`insert into cap_usage (api_key, period, used, reserved)
    select id, cap_period(now()), 5, 2 from api_keys where id <> 'unused'`
  await sql`insert into cap_usage (api_key, period, used, reserved) values ('live', '2020-01-01', 9, 0)`
})

afterEach(() => sql.unsafe('rollback'))

afterAll(async () => {
  await Promise.all(opened.map((one) => one.end()))
  await database.drop()
})

function makeItem(more: Partial<IngestItem> = {}): IngestItem {
  const digest = randomBytes(32)
  return {
    apiKey: 'live',
    secretHash: Buffer.from('secret'),
    id: digest.subarray(0, 20),
    digest,
    issuer: more.apiKey === 'beta' ? 'beta' : 'acme',
    kid: more.apiKey === 'beta' ? 'beta' : 'active',
    jws: digest.toString('hex'),
    visibility: 'private',
    contentDigest: randomBytes(32),
    jti: null,
    content: null,
    reservation: null,
    refusal: null,
    ...more,
  }
}

const addStored = (item: IngestItem) => ingestEach(sql.run, [item])

/** Everything that taking receipts in may change. */
const dump = async () =>
  JSON.stringify(
    await Promise.all(
      [
        'select id, digest, issuer, kid, api_key, mode, visibility, jws, content_digest, jti from receipts',
        'select * from contents',
        'select * from jobs',
        'select * from cap_usage',
        'select * from reservations',
      ].map((text) => sql.run(`${text} order by 1, 2`, [])),
    ),
  )

/** What `work` answers and leaves behind, as if it had not been. */
async function tryOut<T>(work: () => Promise<T>): Promise<{ answers: T; left: string }> {
  await sql.unsafe('savepoint here')
  const answers = await work()
  const left = await dump()
  await sql.unsafe('rollback to here')
  return { answers, left }
}

/** One thing about a group that `ingest_new` must see, or must leave to `ingest`. */
type Twist = (items: IngestItem[]) => unknown

const STORED: Record<string, Twist> = {
  'nothing else': () => undefined,
  'another API key': (items) => items.push(makeItem({ apiKey: 'other' })),
  'another mode': (items) => items.push(makeItem({ apiKey: 'test' })),
  'another issuer': (items) => items.push(makeItem({ apiKey: 'beta' })),
  'one job in two modes': (items) =>
    items.push(makeItem({ jti: 'job' }), makeItem({ apiKey: 'test', jti: 'job' })),
  'one job of two issuers': (items) =>
    items.push(makeItem({ jti: 'it' }), makeItem({ apiKey: 'beta', jti: 'it' })),
  'the job of another issuer': async (items) => {
    await addStored(makeItem({ apiKey: 'beta', jti: 'theirs' }))
    items.push(makeItem({ jti: 'theirs' }))
  },
  'a public content': (items) =>
    items.push(makeItem({ visibility: 'public', content: Buffer.from('said') })),
  'a content of no bytes': (items) =>
    items.push(makeItem({ visibility: 'public', content: Buffer.alloc(0) })),
  'a findable one': (items) => items.push(makeItem({ visibility: 'findable' })),
  'a cap that is just enough': async (items) => {
    items.push(makeItem({ apiKey: 'other' }))
    const used = items.filter(({ apiKey }) => apiKey === 'other').length
    await sql`update api_keys set cap = ${5 + 2 + used} where id = 'other'`
  },
  'the second secret, still good': (items) =>
    items.push(makeItem({ apiKey: 'rotated', secretHash: Buffer.from('previous') })),
  'a revocation to come': async (items) => {
    await sql`update api_keys set revoked_at = now() + '1 day' where id = 'revoked'`
    items.push(makeItem({ apiKey: 'revoked' }))
  },
  'a reservation that holds': () =>
    sql`insert into reservations values ('r1', 'live', cap_period(now()), 1, now() + '1 hour')`,
}

const LEFT: Record<string, Twist> = {
  'a cap that is one short': async (items) => {
    items.push(makeItem({ apiKey: 'other' }))
    const used = items.filter(({ apiKey }) => apiKey === 'other').length
    await sql`update api_keys set cap = ${5 + 2 + used - 1} where id = 'other'`
  },
  'a wrong secret': (items) =>
    items.push(makeItem({ apiKey: 'test', secretHash: Buffer.from('wrong') })),
  'a wrong secret of a key that had another': (items) =>
    items.push(makeItem({ apiKey: 'rotated', secretHash: Buffer.from('wrong') })),
  'a second secret that has expired': (items) =>
    items.push(makeItem({ apiKey: 'beta', secretHash: Buffer.from('previous') })),
  'both secrets of a key': (items) =>
    items.push(
      makeItem({ apiKey: 'rotated' }),
      makeItem({ apiKey: 'rotated', secretHash: Buffer.from('wrong') }),
    ),
  'a revoked API key': (items) => items.push(makeItem({ apiKey: 'revoked' })),
  'an expired API key': (items) => items.push(makeItem({ apiKey: 'expired' })),
  'a retired signing key': (items) => items.push(makeItem({ kid: 'retired' })),
  'a revoked signing key': (items) => items.push(makeItem({ kid: 'revoked' })),
  'an unknown signing key': (items) => items.push(makeItem({ kid: 'nobody' })),
  'a signing key of another issuer': (items) => items.push(makeItem({ kid: 'beta' })),
  'a signing key under two issuers': (items) =>
    items.push(makeItem(), makeItem({ issuer: 'beta', kid: 'active' })),
  'a repeat': async (items) => {
    items.push(makeItem({ jti: 'once' }))
    await addStored(items.at(-1)!)
  },
  'a repeat in the other mode': async (items) => {
    items.push(makeItem())
    await addStored({ ...items.at(-1)!, apiKey: 'test' })
  },
  'an id that is taken': async (items) => {
    items.push(makeItem())
    const digest = Buffer.concat([items.at(-1)!.id, randomBytes(12)])
    await addStored(makeItem({ id: items.at(-1)!.id, digest }))
  },
  'a job that is taken': async (items) => {
    await addStored(makeItem({ jti: 'taken' }))
    items.push(makeItem({ jti: 'taken' }))
  },
  twins: (items) => {
    const item = makeItem()
    items.push(item, item)
  },
  'two of one job': (items) => items.push(makeItem({ jti: 'two' }), makeItem({ jti: 'two' })),
  'a reservation': (items) => items.push(makeItem({ reservation: 'r0' })),
  'a refusal': (items) => items.push(makeItem({ refusal: 'content_mismatch' })),
  'a first post of the month': (items) => items.push(makeItem({ apiKey: 'unused' })),
  'a reservation that has expired': () =>
    sql`insert into reservations values ('r2', 'live', cap_period(now()), 1, now() - '1 hour'::interval)`,
}

/** Both ways for one group: either they agree to the byte, or the short one left everything alone. */
async function compare(items: IngestItem[]): Promise<boolean> {
  const before = await dump()
  const each = await tryOut(() => ingestEach(sql.run, items))
  const asOne = await tryOut(() => storeNew(sql.run, items))
  const either = await tryOut(() => createIngest(sql.run)(items))
  expect(either).toEqual(each)
  if (asOne.answers === null) expect(asOne.left).toBe(before)
  else expect(asOne).toEqual(each)
  return asOne.answers !== null
}

test.each(Object.entries(STORED))('a new group with %s is stored as one', async (_, twist) => {
  await sql.unsafe('begin')
  const items = [makeItem({ jti: 'first' }), makeItem(), makeItem({ apiKey: 'other' })]
  await twist(items)
  expect(await compare(items)).toBe(true)
})

test.each(Object.entries(LEFT))('a new group with %s is left to `ingest`', async (_, twist) => {
  await sql.unsafe('begin')
  const items = [makeItem({ jti: 'first' }), makeItem(), makeItem({ apiKey: 'other' })]
  await twist(items)
  expect(await compare(items)).toBe(false)
})

test('300 groups of any mixture, in any order, end the same on both ways', async () => {
  const twists = [...Object.values(STORED), ...Object.values(STORED), ...Object.values(LEFT)]
  const count = { asOne: 0, each: 0 }
  for (let i = 0; i < 300; i++) {
    await sql.unsafe('begin')
    const items = [makeItem()]
    // Every pair of them comes about, and some three of a kind.
    for (const at of [i, i * 7 + 3, i % 5 === 0 ? i * 11 : 0]) {
      await twists[at % twists.length]!(items)
    }
    items.sort((a, b) => Buffer.compare(a.digest, b.digest))
    count[(await compare(items)) ? 'asOne' : 'each']++
    await sql.unsafe('rollback')
  }
  expect(count.asOne).toBeGreaterThan(50)
  expect(count.each).toBeGreaterThan(50)
})

test('after a group that was not all new the next is not tried as one, until all were new again', async () => {
  await sql.unsafe('begin')
  const asked: string[] = []
  const run: Run = (text, values) => {
    asked.push(/from (\w+)\(/.exec(text)![1]!)
    return sql.run(text, values)
  }
  const ingest = createIngest(run)
  const item = makeItem()
  const expectAsked = async (items: IngestItem[], statements: string[]) => {
    asked.length = 0
    await ingest(items)
    expect(asked).toEqual(statements)
  }
  await expectAsked([item], ['ingest_new'])
  await expectAsked([item, makeItem()], ['ingest_new', 'ingest'])
  await expectAsked([item], ['ingest'])
  await expectAsked([makeItem()], ['ingest'])
  await expectAsked([makeItem()], ['ingest_new'])
  await expectAsked([makeItem({ refusal: 'content_mismatch' })], ['ingest'])
})

test('groups of the same keys in other orders, on both ways at once, never wait for each other in a ring', async () => {
  const names = Array.from({ length: 40 }, (_, i) => `ring${(i * 17) % 40}`)
  await sql`insert into api_keys (id, issuer, name, mode, secret_hash, created_at)
    select name, 'acme', name, 'live', 'secret', now() from unnest(${names}::text[]) name`
  await sql`insert into cap_usage select name, cap_period(now()), 0, 0 from unnest(${names}::text[]) name`
  const order = (seed: number) => names.toSorted((a, b) => weigh(a, seed) - weigh(b, seed))
  const weigh = (name: string, seed: number) => (Number(name.slice(4)) * (2 * seed + 1) + seed) % 41
  const ways = [storeNew, storeNew, ingestEach, storeNew]
  const stored = await Promise.all(
    ways.map(async (way, at) => {
      const { run } = open()
      let count = 0
      for (let i = 0; i < 50; i++) {
        const items = order(i * ways.length + at).map((apiKey) => makeItem({ apiKey }))
        count += (await way(run, items))!.filter(({ answer }) => answer === 'stored').length
      }
      return count
    }),
  )
  expect(stored).toEqual(ways.map(() => 50 * names.length))
  const [row] = await sql<[{ used: number }]>`
    select sum(used)::int as used from cap_usage where api_key like 'ring%'`
  expect(row.used).toBe(ways.length * 50 * names.length)
})

test('of one receipt stored by two keys at once, one is new: the other finds it, and takes no place', async () => {
  const [one, two] = [open(), open()]
  for (let i = 0; i < 50; i++) {
    const item = makeItem({ jti: `race${i}` })
    await one.unsafe('begin')
    expect(await storeNew(one.run, [item])).toHaveLength(1)
    // It waits for the index, and is told when the other one has committed.
    const waiting = createIngest(two.run)([{ ...item, apiKey: 'other' }])
    await one.unsafe('commit')
    expect((await waiting)[0]).toMatchObject({ answer: 'repeat', usage: { used: 5 } })
  }
})
