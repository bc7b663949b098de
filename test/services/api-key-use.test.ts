import { expect, test } from 'vitest'
import { findApiKeyOverview, listApiKeyOverviews } from '#app/services/api-keys/api-key-overview.ts'
import { copyUsageDays } from '#app/services/api-keys/copy-usage-days.ts'
import { findApiKey } from '#app/services/api-keys/find-api-key.ts'
import { listIssuerOverviews } from '#app/services/issuers/issuer-overview.ts'
import { noteUse, saveUses } from '#app/services/api-keys/note-use.ts'
import { portalOn, portalTest } from '../support/portal-test.ts'
import { createApiKey, createService, postText } from '../support/world.ts'

const { portal, db } = portalTest()
const other = portalOn(db)

const askUsage = (apiKey: string) => portal.call('GET', '/v1/usage', { token: apiKey })

test('a key’s last use is written by the chore, not by the request', async () => {
  const { key } = await createService(portal)
  const begunAt = Date.now()
  expect((await askUsage(key.apiKey)).status).toBe(200)
  expect(await findApiKeyOverview(portal.ctx, key.id)).toMatchObject({ lastUsedAt: null })
  await saveUses(portal.ctx)
  const used = await findApiKeyOverview(portal.ctx, key.id)
  expect(used!.lastUsedFrom).toBe('127.0.0.1')
  expect(Date.parse(used!.lastUsedAt!)).toBeGreaterThanOrEqual(begunAt)
  expect(Date.parse(used!.lastUsedAt!)).toBeLessThanOrEqual(Date.now())
  // Nothing happened since: nothing is written.
  await saveUses(portal.ctx)
  expect(await findApiKeyOverview(portal.ctx, key.id)).toEqual(used)
})

test('of two processes the later use stays, whoever writes last', async () => {
  const { key } = await createService(portal)
  noteUse(other.ctx, key.id, '192.0.2.1')
  other.advance(5_000)
  noteUse(portal.ctx, key.id, '192.0.2.2')
  await saveUses(portal.ctx)
  await saveUses(other.ctx)
  expect(await findApiKeyOverview(portal.ctx, key.id)).toMatchObject({ lastUsedFrom: '192.0.2.2' })
})

test('many keys noted by two processes at once are all written, without a deadlock', async () => {
  const ids = Array.from({ length: 300 }, (_, i) => `key_${String(i).padStart(8, '0')}`)
  for (let round = 0; round < 10; round++) {
    for (const id of ids) noteUse(portal.ctx, id, '192.0.2.1')
    for (const id of ids.toReversed()) noteUse(other.ctx, id, '192.0.2.2')
    await Promise.all([saveUses(portal.ctx), saveUses(other.ctx)])
  }
  const [row] = await db.sql`select count(*)::int as n from api_key_uses
    where api_key like 'key_00000%'`
  expect(row).toEqual({ n: 300 })
})

test('a use that could not be written is kept for the next time', async () => {
  const { key } = await createService(portal)
  noteUse(portal.ctx, key.id, '192.0.2.7')
  await db.sql`alter table api_key_uses rename to away`
  await expect(saveUses(portal.ctx)).rejects.toThrow()
  await db.sql`alter table away rename to api_key_uses`
  await saveUses(portal.ctx)
  expect(await findApiKeyOverview(portal.ctx, key.id)).toMatchObject({ lastUsedFrom: '192.0.2.7' })
})

test('usage goes to its day, today’s live, and only what moved is written', async () => {
  const service = await createService(portal, { cap: 10 })
  for (const text of ['1', '2', '3']) await postText(portal, service, text)
  await Promise.all([copyUsageDays(portal.ctx), copyUsageDays(other.ctx)])
  const rows = () =>
    db.sql`select day, used::int, xmin::text from usage_days where api_key = ${service.key.id}`
  const before = await rows()
  expect(before).toMatchObject([{ used: 3 }])
  await copyUsageDays(portal.ctx)
  expect(await rows()).toEqual(before)
  await postText(portal, service, '4')
  const found = await findApiKey(portal.ctx, service.key.id)
  expect(found).toMatchObject({ used: 4, cap: 10, reserved: 0, state: 'active' })
  expect(found!.days).toHaveLength(30)
  expect(found!.days.at(-1)).toEqual({ day: before[0]!.day as string, used: 4 })
})

test('what the last minute of a month used belongs to that month’s last day', async () => {
  const { key } = await createService(portal)
  await db.sql`insert into cap_usage (api_key, period, used, reserved) values
    (${key.id}, cap_period(date_trunc('month', now() at time zone 'UTC') at time zone 'UTC' - interval '1 day'), 9, 0)`
  await copyUsageDays(portal.ctx)
  const rows = await db.sql`select used::int,
      day = to_char(date_trunc('month', now() at time zone 'UTC') - interval '1 day', 'YYYY-MM-DD') as last
    from usage_days where api_key = ${key.id}`
  expect(rows).toEqual([{ used: 9, last: true }])
})

test('all keys of all issuers, newest first, each once, with their state', async () => {
  const service = await createService(portal)
  const soon = new Date(Date.now() + 3 * 86_400_000).toISOString()
  const far = new Date(Date.now() + 90 * 86_400_000).toISOString()
  const expiring = await createApiKey(portal, service.slug, { expiresAt: soon })
  const lasting = await createApiKey(portal, service.slug, { expiresAt: far, cap: 5 })
  const expired = await createApiKey(portal, service.slug, { expiresAt: far })
  await db.sql`update api_keys set expires_at = now() - interval '1 second'
    where id = ${expired.id}`
  const revoked = await createApiKey(portal, service.slug)
  await portal.admin('DELETE', `/v1/admin/api-keys/${revoked.id}`)

  const all = await listApiKeyOverviews(portal.ctx, { issuer: null, after: null, limit: 200 })
  const states = Object.fromEntries(all.items.map((key) => [key.id, key.state]))
  expect(states).toMatchObject({
    [service.key.id]: 'active',
    [expiring.id]: 'expires-soon',
    [lasting.id]: 'active',
    [expired.id]: 'expired',
    [revoked.id]: 'revoked',
  })
  const paged: string[] = []
  let after: string | null = null
  do {
    const page = await listApiKeyOverviews(portal.ctx, { issuer: null, after, limit: 2 })
    paged.push(...page.items.map((key) => key.id))
    after = page.next
  } while (after !== null)
  expect(paged).toEqual(all.items.map((key) => key.id))
  const times = all.items.map((key) => Date.parse(key.createdAt))
  expect(times).toEqual(times.toSorted((a, b) => b - a))

  const own = await listApiKeyOverviews(portal.ctx, {
    issuer: service.slug,
    after: null,
    limit: 50,
  })
  expect(own.items).toHaveLength(5)
  const issuers = await listIssuerOverviews(portal.ctx, { after: null, limit: 200 })
  expect(issuers.items.find((one) => one.slug === service.slug)).toMatchObject({
    activeSigningKeys: 1,
    usableApiKeys: 3,
    usedThisMonth: 0,
  })
})
