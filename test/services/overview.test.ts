import { expect, test } from 'vitest'
import { readOverview } from '#app/services/overview/read-overview.ts'
import { portalTest } from '../support/portal-test.ts'
import { countBlocks } from './count-blocks.ts'
import { createApiKey, createService, postText } from '../support/world.ts'

const { portal } = portalTest()

const run = (statement: string) => portal.ctx.db.run(statement, [])
const overview = () => readOverview(portal.ctx)
const DAY = (ago: number) =>
  `to_char(now() at time zone 'UTC' - interval '${ago} day', 'YYYY-MM-DD')`

test('an empty portal has 30 days of nothing, and says what it lacks', async () => {
  const found = await overview()
  expect(found.beginning).toEqual({
    hasSample: false,
    hasIssuer: false,
    hasSigningKey: false,
    hasApiKey: false,
    hasReceipt: false,
  })
  expect(found.days).toHaveLength(30)
  expect(found.days.at(-1)).toEqual({ day: new Date().toISOString().slice(0, 10), used: 0 })
  expect(found.days.every(({ used }) => used === 0)).toBe(true)
  expect(found).toMatchObject({ fullest: [], refusals: [], attention: [] })
  expect(found.outbox).toEqual({ pending: 0, oldestPendingAt: null, failed: 0 })
  expect(found.database.version).toMatch(/^\d+/)
  expect(found.database.bytes).toBeGreaterThan(1_000_000)
})

test('receipts are counted at once, by mode', async () => {
  const live = await createService(portal, { cap: 10 })
  const tester = await createService(portal, { mode: 'test' })
  for (const text of ['one', 'two']) await postText(portal, live, text)
  await postText(portal, tester, 'three')
  const found = await overview()
  expect(found.today).toEqual({ live: 2, test: 1 })
  expect(found.month).toEqual({ live: 2, test: 1 })
  expect(found.days.at(-1)!.used).toBe(3)
  expect(found.beginning.hasReceipt).toBe(true)
  expect(found.fullest).toEqual([
    { id: live.key.id, name: 'a service', issuer: live.slug, mode: 'live', used: 2, cap: 10 },
  ])
})

test('a day’s own is the difference to the day before, within its month', async () => {
  const { key } = await createService(portal)
  await run('delete from usage_days')
  // As the chore would have left it: 5 a day, begun anew on each first of a month.
  await run(
    `insert into usage_days (api_key, day, used)
      select '${key.id}', to_char(d, 'YYYY-MM-DD'), extract(day from d) * 5
        from generate_series((now() at time zone 'UTC')::date - 70,
                             (now() at time zone 'UTC')::date - 1, interval '1 day') d`,
  )
  await run(
    `insert into cap_usage (api_key, period, used, reserved) values ('${key.id}', cap_period(now()),
      extract(day from now() at time zone 'UTC') * 5 + 2, 0)`,
  )
  const found = await overview()
  expect(found.days.slice(0, -1).map(({ used }) => used)).toEqual(Array(29).fill(5))
  // 3 of the test before, and 5 + 2 of this key.
  expect(found.days.at(-1)!.used).toBe(3 + 7)
  await run('delete from usage_days')
})

test('days on which a key was not counted are not counted twice later', async () => {
  const { key } = await createService(portal)
  await run(
    `insert into usage_days (api_key, day, used) values
      ('${key.id}', ${DAY(45)}, 100), ('${key.id}', ${DAY(5)}, 40), ('${key.id}', ${DAY(2)}, 70)`,
  )
  const { days } = await overview()
  const sameMonth = days.at(-6)!.day.slice(0, 7) === days.at(-3)!.day.slice(0, 7)
  expect(days.slice(-6, -1).map(({ used }) => used)).toEqual([40, 0, 0, sameMonth ? 30 : 70, 0])
  await run('delete from usage_days')
})

test('what needs attention is named, the most pressing first, and nothing else', async () => {
  const { slug } = await createService(portal)
  const make = async (name: string, values: object = {}) =>
    (await createApiKey(portal, slug, { name, ...values })).id
  const use = (id: string, used: number) =>
    run(
      `insert into cap_usage (api_key, period, used, reserved) values ('${id}', cap_period(now()), ${used}, 0)`,
    )
  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString()
  const [near, full, below, gone] = [
    await make('near', { cap: 100 }),
    await make('full', { cap: 100 }),
    await make('below', { cap: 100 }),
    await make('revoked', { cap: 100 }),
  ]
  await Promise.all([use(near, 80), use(full, 100), use(below, 79), use(gone, 100)])
  await portal.admin('DELETE', `/v1/admin/api-keys/${gone}`)
  const soon = await make('soon', { expiresAt: inDays(13) })
  await make('later', { expiresAt: inDays(15) })
  const unused = await make('unused')
  const used = await make('used')
  const usedBefore = await make('used before uses were noted')
  await run(
    `update api_keys set created_at = now() - interval '8 day'
      where id in ('${unused}', '${used}', '${usedBefore}')`,
  )
  await run(`insert into api_key_uses values ('${used}', now(), '::1')`)
  await use(usedBefore, 1)
  await run(
    // Of what it is sent: a gives up; b takes it; c was turned off by somebody; d answered 410; e was
    // removed; f gave up and takes it again.
    `insert into webhooks (id, url, secret, created_at, disabled_at)
      select 'whk_' || letter, 'https://' || letter || '.example/',
        case letter when 'e' then ''::bytea else 'x'::bytea end, now(),
        case when letter in ('c', 'd', 'e') then now() end
      from unnest(array['a', 'b', 'c', 'd', 'e', 'f']) letter`,
  )
  await run(`insert into alerts values ('msg_1', 'cap.reached', 'x', '{}', 'once', now())`)
  await run(
    `insert into deliveries (id, webhook, alert, state, attempts, created_at, next_attempt_at, delivered_at, last_status)
      select gen_random_uuid(), 'whk_' || hook, 'msg_1', state, tries, now() - made, now(),
        case when state = 'delivered' then now() end, status
      from (values ('a', 'failed', 9, interval '1 day', 500), ('a', 'failed', 9, '9 day', 500),
        ('b', 'delivered', 1, '0', 204), ('b', 'pending', 1, '1 hour', null),
        ('b', 'pending', 1, '0', null), ('c', 'failed', 3, '0', 500), ('d', 'failed', 1, '0', 410),
        ('e', 'failed', 3, '0', 500), ('f', 'failed', 9, '2 day', 500),
        ('f', 'delivered', 1, '0', 204)) v(hook, state, tries, made, status)`,
  )
  const { attention, outbox, fullest } = await overview()
  expect(attention.map(({ kind, id }) => [kind, id])).toEqual([
    ['cap', full],
    ['cap', near],
    ['expiry', soon],
    ['never-used', unused],
    ['webhook', 'whk_d'],
    ['webhook', 'whk_a'],
  ])
  expect(attention[0]).toMatchObject({ used: 100, cap: 100, total: 2 })
  expect(outbox).toMatchObject({ pending: 2, failed: 3 })
  expect(Date.now() - Date.parse(outbox.oldestPendingAt!)).toBeGreaterThan(3_500_000)
  expect(fullest.slice(0, 3).map(({ id }) => id)).toEqual([full, near, below])
  expect(fullest.map(({ id }) => id)).not.toContain(gone)
})

test('at a thousand keys counted every day for two years it reads a month of them, not the years', async () => {
  const { slug } = await createService(portal)
  await run(
    `insert into api_keys (id, issuer, name, mode, cap, secret_hash, created_at)
      select 'key_' || lpad(n::text, 8, '0'), '${slug}', 'n' || n, 'live', 1000, '', now()
        from generate_series(1, 1000) n`,
  )
  /** As the chore leaves it after so many days and months; what is there already stays. */
  const fill = async (days: number, months: number) => {
    for (let ago = 0; ago <= days; ago += 80)
      await run(
        `insert into usage_days select 'key_' || lpad(n::text, 8, '0'), to_char(d, 'YYYY-MM-DD'),
            extract(day from d)
          from generate_series(1, 1000) n, generate_series(now() - interval '${Math.min(days, ago + 79)} day',
            now() - interval '${ago} day', interval '1 day') d
          on conflict do nothing`,
      )
    await run(
      `insert into cap_usage select 'key_' || lpad(n::text, 8, '0'),
          cap_period(now() - make_interval(months => m)), n, 0
        from generate_series(1, 1000) n, generate_series(0, ${months - 1}) m on conflict do nothing`,
    )
    for (const table of ['usage_days', 'cap_usage', 'api_keys'])
      await run(`vacuum analyze ${table}`)
    return countBlocks(portal.ctx, readOverview)
  }
  const young = await fill(70, 3)
  const old = await fill(730, 24)
  const found = await overview()
  expect(found.fullest).toHaveLength(10)
  expect(found.attention.filter(({ kind }) => kind === 'cap').map((one) => one.total)[0]).toBe(203)
  expect(old.statements).toBe(young.statements)
  // Ten times as much is kept, and what is read of it is the same: a scan of all would be ten times.
  expect(old.blocks).toBeGreaterThan(0)
  expect(old.blocks).toBeLessThan(2 * young.blocks)
})
