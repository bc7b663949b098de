import { randomBytes } from 'node:crypto'
import { afterEach, beforeAll, expect, test } from 'vitest'
import type { Run } from '#db/connection.ts'
import { ingest, type IngestItem } from '#db/queries/ingest/ingest.ts'
import { createReference, ingestByReference } from '../support/ingest-reference.ts'
import { makeItem, openIngestWorld } from '../support/ingest-world.ts'

// `ingest` stores a group of nothing but new receipts as one, and decides on each receipt of any
// other group. Both are held to a reference that always decides on each: the landed function of
// migration 0005.

const world = openIngestWorld()

beforeAll(() => createReference(world.sql))

afterEach(() => world.sql.unsafe('rollback'))

const addStored = (item: IngestItem) => ingestByReference(world.sql.run, [item])

/** Everything that taking receipts in may change. */
const dump = async () =>
  JSON.stringify(
    await Promise.all(
      [
        `select id, digest, issuer, kid, api_key, mode, visibility, jws, content_digest, jti,
           received_at between date_trunc('milliseconds', now()) and clock_timestamp()
         from receipts where received_at >= date_trunc('milliseconds', now())`,
        'select * from contents',
        'select * from jobs',
        'select * from cap_usage',
        'select * from reservations',
      ].map((text) => world.sql.run(`${text} order by 1, 2`, [])),
    ),
  )

/** What `work` answers and leaves behind, as if it had not been. */
async function tryOut<T>(work: () => Promise<T>): Promise<{ answers: T; left: string }> {
  await world.sql.unsafe('savepoint here')
  const answers = await work()
  const left = await dump()
  await world.sql.unsafe('rollback to here')
  return { answers, left }
}

/** One thing about a group that lets it be stored as one, or that must be seen. */
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
    await world.sql`update api_keys set cap = ${5 + 2 + used} where id = 'other'`
  },
  'the second secret, still good': (items) =>
    items.push(makeItem({ apiKey: 'rotated', secretHash: Buffer.from('previous') })),
  'a revocation to come': async (items) => {
    await world.sql`update api_keys set revoked_at = now() + '1 day' where id = 'revoked'`
    items.push(makeItem({ apiKey: 'revoked' }))
  },
  'an expiry to come': async (items) => {
    await world.sql`update api_keys set expires_at = now() + '1 day' where id = 'expired'`
    items.push(makeItem({ apiKey: 'expired' }))
  },
  'a reservation that holds': () =>
    world.sql`insert into reservations values ('r1', 'live', cap_period(now()), 1, now() + '1 hour')`,
  'a first post of the month': (items) => items.push(makeItem({ apiKey: 'unused' })),
}

const LEFT: Record<string, Twist> = {
  'a cap that is one short': async (items) => {
    items.push(makeItem({ apiKey: 'other' }))
    const used = items.filter(({ apiKey }) => apiKey === 'other').length
    await world.sql`update api_keys set cap = ${5 + 2 + used - 1} where id = 'other'`
  },
  'a cap of 0': async (items) => {
    await world.sql`update api_keys set cap = 0 where id = 'test'`
    await world.sql`update cap_usage set used = 0, reserved = 0 where api_key = 'test'`
    items.push(makeItem({ apiKey: 'test' }))
  },
  'the secret of another API key': (items) =>
    items.push(makeItem({ apiKey: 'test', secretHash: Buffer.from('live') })),
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
    await addStored({ ...items.at(-1)!, apiKey: 'test', secretHash: Buffer.from('test') })
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
  'a reservation that ended with last month': async () => {
    await world.sql`update cap_usage set reserved = 1 where api_key = 'live' and period = '2020-01-01'`
    await world.sql`insert into reservations values ('r3', 'live', '2020-01-01', 1, '2020-02-01')`
  },
  'a reservation that has expired': () =>
    world.sql`insert into reservations values ('r2', 'live', cap_period(now()), 1, now() - '1 hour'::interval)`,
}

/** Holds one group to the reference, to the byte; true where it was stored as one. */
async function compare(items: IngestItem[]): Promise<boolean> {
  let isOne = false
  const run: Run = async <Row>(text: string, values: Parameters<Run>[1]) => {
    const rows = await world.sql.run<Row & { api_key: string | null }>(text, values)
    // Where it is stored as one, each row tells of an API key.
    isOne = rows.every((row) => row.api_key !== null)
    return rows
  }
  const expected = await tryOut(() => ingestByReference(world.sql.run, items))
  expect(await tryOut(() => ingest(run, items))).toEqual(expected)
  return isOne
}

test.each(Object.entries(STORED))('a new group with %s is stored as one', async (_, twist) => {
  await world.sql.unsafe('begin')
  const items = [makeItem({ jti: 'first' }), makeItem(), makeItem({ apiKey: 'other' })]
  await twist(items)
  expect(await compare(items)).toBe(true)
})

test.each(Object.entries(LEFT))(
  'a new group with %s is decided on one by one',
  async (_, twist) => {
    await world.sql.unsafe('begin')
    const items = [makeItem({ jti: 'first' }), makeItem(), makeItem({ apiKey: 'other' })]
    await twist(items)
    expect(await compare(items)).toBe(false)
  },
)

test('300 groups of any mixture, in any order, end as the reference ends', async () => {
  const twists = [...Object.values(STORED), ...Object.values(STORED), ...Object.values(LEFT)]
  const count = { asOne: 0, each: 0 }
  for (let i = 0; i < 300; i++) {
    await world.sql.unsafe('begin')
    const items = [makeItem()]
    // Every pair of them comes about, and some three of a kind.
    for (const at of [i, i * 7 + 3, i % 5 === 0 ? i * 11 : 0]) {
      await twists[at % twists.length]!(items)
    }
    items.sort((a, b) => Buffer.compare(a.digest, b.digest))
    count[(await compare(items)) ? 'asOne' : 'each']++
    await world.sql.unsafe('rollback')
  }
  expect(count.asOne).toBeGreaterThan(50)
  expect(count.each).toBeGreaterThan(50)
})
