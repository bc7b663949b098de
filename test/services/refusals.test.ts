import { beforeEach, expect, test } from 'vitest'
import { startChores, type Chore } from '#app/process/background.server.ts'
import {
  countRefusal,
  createRefusalCounts,
  saveRefusals,
} from '#app/services/ingest/count-refusals.ts'
import { selectRefusalsByCode } from '#db/queries/ingest/refusals.ts'
import { signMany } from '../support/crowd.ts'
import { given, portalTest } from '../support/portal-test.ts'
import { startPortal } from '../support/portal.ts'
import { createApiKey, createService, post } from '../support/world.ts'

const { portal, db } = portalTest()
const service = given(() => createService(portal, { cap: 1 }))
beforeEach(async () => {
  await saveRefusals(portal.ctx)
  await portal.ctx.db.run('delete from refusals', [])
})

const today = () => new Date().toISOString().slice(0, 10)

/** What the table holds, as `key code count`. */
async function saved(): Promise<string[]> {
  await saveRefusals(portal.ctx)
  const rows = await portal.ctx.db.run<{ day: string; line: string }>(
    `select day, api_key || ' ' || code || ' ' || count as line from refusals order by line`,
    [],
  )
  for (const { day } of rows) expect(day).toBe(today())
  return rows.map((row) => row.line)
}

test('each refusal is counted under its API key and code, each item of a batch for itself', async () => {
  const { id, apiKey } = service.key
  const [first, second, third] = await signMany(service, 3)
  await post(portal, apiKey, first!)
  await post(portal, apiKey, second!)
  await post(portal, apiKey, second!)
  await post(portal, apiKey, 'no receipt')
  await portal.call('DELETE', '/v1/reservations/rsv_0', { token: apiKey })
  const receipts = [{ receipt: first }, { receipt: second }, { receipt: third }, { receipt: 7 }]
  const batch = await portal.call('POST', '/v1/receipts/batch', {
    token: apiKey,
    body: { receipts },
  })
  expect(batch.status).toBe(200)
  expect(await saved()).toEqual([
    `${id} cap_exceeded 4`,
    `${id} invalid_request 1`,
    `${id} malformed_receipt 1`,
    `${id} not_found 1`,
  ])
})

test('what went well is not counted, nor a repeat', async () => {
  const fresh = await createService(portal)
  const [receipt] = await signMany(fresh, 1)
  expect((await post(portal, fresh.key.apiKey, receipt!)).status).toBe(201)
  expect((await post(portal, fresh.key.apiKey, receipt!)).status).toBe(200)
  await portal.call('GET', '/v1/usage', { token: fresh.key.apiKey })
  expect(await saved()).toEqual([])
})

test('strangers are counted together, whatever key they make up', async () => {
  const { apiKey } = service.key
  for (const token of ['made-up', apiKey.replace(/.{6}$/, '000000'), undefined])
    await portal.call('GET', '/v1/usage', token === undefined ? {} : { token })
  // A secret with a good checksum for a key that isn't there is one of theirs too.
  const gone = await createApiKey(portal, service.slug)
  await portal.admin('DELETE', `/v1/admin/api-keys/${gone.id}`)
  await portal.call('GET', '/v1/usage', { token: gone.apiKey })
  expect(await saved()).toEqual([' invalid_api_key 3', ' missing_api_key 1'])
})

test('a key beyond its rate is counted as such', async () => {
  const key = await createApiKey(portal, service.slug, { ratePerSecond: 1 })
  await portal.call('GET', '/v1/usage', { token: key.apiKey })
  await portal.call('GET', '/v1/usage', { token: key.apiKey })
  expect(await saved()).toEqual([`${key.id} rate_limited 1`])
})

test('what broke on our side is counted too', async () => {
  await portal.ctx.db.run('alter table cap_usage rename to cap_usage_away', [])
  try {
    expect((await portal.call('GET', '/v1/usage', { token: service.key.apiKey })).status).toBe(500)
  } finally {
    await portal.ctx.db.run('alter table cap_usage_away rename to cap_usage', [])
  }
  expect(await saved()).toEqual([`${service.key.id} internal_error 1`])
})

test('counts that could not be written are kept and written later, once', async () => {
  countRefusal(portal.ctx, 'key_a', 'not_found')
  await portal.ctx.db.run('alter table refusals rename to refusals_away', [])
  await expect(saveRefusals(portal.ctx)).rejects.toThrow()
  await portal.ctx.db.run('alter table refusals_away rename to refusals', [])
  countRefusal(portal.ctx, 'key_a', 'not_found')
  expect(await saved()).toEqual(['key_a not_found 2'])
  expect(await saved()).toEqual(['key_a not_found 2'])
})

test('several processes add up', async () => {
  const others = await Promise.all([1, 2, 3].map(() => startPortal(db.connection)))
  for (const one of [portal, ...others])
    for (const code of ['not_found', 'cap_exceeded', 'rate_limited'])
      countRefusal(one.ctx, 'key_a', code)
  await Promise.all([portal, ...others].map((one) => saveRefusals(one.ctx)))
  expect(await saved()).toEqual(
    ['cap_exceeded', 'not_found', 'rate_limited'].map((c) => `key_a ${c} 4`),
  )
  await Promise.all(others.map((one) => one.stop()))
})

test('the last ones are written when the portal stops', async () => {
  const chores: Chore[] = [
    { name: 'save', everyMs: 3_600_000, atStop: true, run: saveRefusals },
    {
      name: 'not at the end',
      everyMs: 3_600_000,
      run: () => Promise.reject(new Error('too late')),
    },
  ]
  const stop = startChores(portal.ctx, chores)
  countRefusal(portal.ctx, '', 'missing_api_key')
  await stop()
  const rows = await portal.ctx.db.run('select 1 from refusals', [])
  expect(rows).toHaveLength(1)
  expect(portal.logged()).not.toContain('too late')
})

test('memory is bounded: beyond the limit, refusals are counted without their key', () => {
  const counts = createRefusalCounts(3)
  for (let n = 0; n < 1_000; n++)
    counts.add({ day: '2026-11-21', apiKey: `key_${n}`, code: 'cap_exceeded', count: 1 })
  counts.add({ day: '2026-11-21', apiKey: 'key_1', code: 'cap_exceeded', count: 1 })
  const taken = counts.take()
  expect(taken).toHaveLength(4)
  expect(taken.map((one) => [one.apiKey, one.count])).toEqual([
    ['key_0', 1],
    ['key_1', 2],
    ['key_2', 1],
    ['', 997],
  ])
  expect(counts.take()).toEqual([])
})

test('the overview has today and seven days, by code', async () => {
  await portal.ctx.db.run(
    `insert into refusals (day, api_key, code, count)
      select to_char(now() at time zone 'UTC' - make_interval(days => n), 'YYYY-MM-DD'), 'key_a',
        'not_found', 10 ^ n from generate_series(0, 8) n`,
    [],
  )
  countRefusal(portal.ctx, '', 'not_found')
  countRefusal(portal.ctx, '', 'missing_api_key')
  await saveRefusals(portal.ctx)
  expect(await selectRefusalsByCode(portal.ctx.db.run)).toEqual([
    { code: 'not_found', today: 2, week: 1_111_112 },
    { code: 'missing_api_key', today: 1, week: 1 },
  ])
})
